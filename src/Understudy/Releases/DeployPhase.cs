namespace Understudy.Releases;

/// <summary>The phases of a deploy, as they are written down and shown.</summary>
static class DeployPhase
{
    public const string Prepare = "prepare";
    public const string Packages = "packages";
    public const string Build = "build";
    public const string Pack = "pack";
    public const string Unpack = "unpack";
    public const string Release = "release";
    public const string Roll = "roll";
    public const string Watch = "watch";
    public const string Rollback = "rollback";

    /// <summary>Workers of the new release may run: what is cut off here is gone on with, what is cut off before is undone.</summary>
    public static bool HasSwitched(string phase) => phase is Roll or Watch or Rollback;
}
