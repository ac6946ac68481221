using System.Security.Cryptography;
using System.Text;
using Understudy.Decisions.Config;
using Understudy.Linux;

namespace Understudy.Releases;

/// <summary>The user that a deployed app's builds and workers run as: the one that agent.yaml names, else one of its own, made when it is first deployed.</summary>
static class AppUser
{
    /// <summary>Null: the agent's own, where the agent is not root.</summary>
    /// <exception cref="OperationRefused">It does not exist and cannot be made.</exception>
    public static User? For(HostConfig host, string app, string home)
    {
        if (!Users.IsRoot)
            return null;
        if (host.User is { } named)
            return Users.Find(named) ?? throw new OperationRefused($"agent.yaml says that deployed apps run as {named}, and this host has no such user: make it with `adduser`, or name another");
        return SystemUser.Have(NameOf(app), home, "this app", "write `user:` in agent.yaml");
    }

    /// <summary>app-NAME; a long name is cut to what a user's name may be, and told apart by its hash.</summary>
    public static string NameOf(string app)
    {
        var name = "app-" + app;
        return name.Length <= 32 ? name : name[..24] + "-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(app)))[..7];
    }
}
