using System.Globalization;
using Understudy.Linux;

namespace Understudy;

/// <summary>One agent per root: held as long as the process lives, and holding its pid.</summary>
sealed class AgentLock : IDisposable
{
    readonly FileStream _file;

    AgentLock(FileStream file) => _file = file;

    /// <exception cref="OperationRefused">Another agent holds it.</exception>
    public static AgentLock Take(string path)
    {
        try
        {
            // FileShare.None is flock: the kernel lets go of it when the process ends, however it ends.
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            file.SetLength(0);
            file.Write(System.Text.Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
            file.Flush();
            return new AgentLock(file);
        }
        catch (IOException)
        {
            throw new OperationRefused($"another agent runs here already: pid {(ProcFile.Text(path) ?? "unknown").Trim()} holds {path}. See it with `understudy status`, or stop it first");
        }
    }

    public void Dispose() => _file.Dispose();
}
