namespace Understudy.Linux;

/// <summary>Users of this host that nobody logs in as.</summary>
static class SystemUser
{
    static readonly TimeSpan Within = TimeSpan.FromSeconds(30);

    /// <summary>The user of this name; made where it is not there.</summary>
    /// <param name="purpose">For whom, as in "the user NAME for PURPOSE".</param>
    /// <param name="instead">What else the operator can do, as the end of a sentence. Null: nothing.</param>
    /// <exception cref="OperationRefused">It is not there and cannot be made.</exception>
    public static User Have(string name, string home, string purpose, string? instead = null)
    {
        if (Users.Find(name) is { } there)
            return there;
        var tool = new Tool("/usr/sbin/useradd", ["--system", "--user-group", "--no-create-home", "--home-dir", home, "--shell", "/usr/sbin/nologin", name]) { Folder = "/", Within = Within };
        string? trouble;
        try
        {
            var end = tool.Run(output => output.CopyTo(Stream.Null), CancellationToken.None);
            trouble = end.ExitCode == 0 ? null : end.Errors.Trim();
        }
        catch (ToolMissing missing)
        {
            trouble = missing.Message;
        }
        var otherwise = instead is null ? "" : $", or {instead}";
        if (trouble is not null)
            throw new OperationRefused($"the user {name} for {purpose} cannot be made: {trouble}. Make it by hand{otherwise}");
        return Users.Find(name) ?? throw new OperationRefused($"the user {name} for {purpose} was made and is not there: see /etc/passwd{otherwise}");
    }
}
