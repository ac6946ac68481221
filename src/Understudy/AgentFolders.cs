using Understudy.Linux;

namespace Understudy;

static class AgentFolders
{
    /// <exception cref="OperationRefused">One cannot be made or written.</exception>
    public static void Make(Paths paths)
    {
        try
        {
            Files.MakePrivateFolder(paths.Logs);
            // Others may pass to a worker's notify socket and to their app's releases, and read nothing.
            Files.MakePassage(paths.Lib);
            Files.MakePassage(paths.Run);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new OperationRefused($"cannot write the agent's folders: {refused.Message}. Run as root, or give a folder of your own with --root");
        }
    }
}
