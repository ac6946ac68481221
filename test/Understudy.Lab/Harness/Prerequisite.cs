namespace Understudy.Lab.Harness;

/// <summary>What a scenario needs of the machine. At a desk it is skipped without it; with CI=true it fails.</summary>
static class Prerequisite
{
    public static void Needs(bool there, string what)
    {
        if (there)
            return;
        if (Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail($"{what}, and CI=true; `./dev setup` installs what can be installed");
        Assert.Skip(what);
    }
}
