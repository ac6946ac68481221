using System.Globalization;
using System.Text;
using Understudy.Workers.Logs;

namespace Understudy.Tests.Workers.Logs;

/// <summary>A host's log folder in a temporary place, removed with the test.</summary>
sealed class LogFolder : IDisposable
{
    readonly DirectoryInfo root = Directory.CreateTempSubdirectory("understudy-logs-");

    public LogFolder()
    {
        Paths = new Paths(root.FullName);
        Directory.CreateDirectory(Path.GetDirectoryName(Log("x"))!);
    }

    public Paths Paths { get; }

    public List<string> Reports { get; } = [];

    public string Log(string id) => Paths.WorkerLog(id);

    public string[] Files => [.. Directory.GetFiles(Path.GetDirectoryName(Log("x"))!).Select(Path.GetFileName).Order()!];

    public WorkerLogArchive Archive(long bytes = 10_000, int kept = 100, int dead = 10) => new(Paths, bytes, kept, dead, Reports.Add);

    public void Append(string id, string text) => Append(id, Encoding.UTF8.GetBytes(text));

    public void Append(string id, byte[] bytes)
    {
        using var file = new FileStream(Log(id), FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        file.Write(bytes);
    }

    /// <summary>Lines of 20 bytes, numbered.</summary>
    public void AppendLines(string id, int from, int count)
    {
        var text = new StringBuilder();
        foreach (var line in Lines(from, count))
            text.Append(line).Append('\n');
        Append(id, text.ToString());
    }

    public static IEnumerable<string> Lines(int from, int count) =>
        Enumerable.Range(from, count).Select(number => string.Create(CultureInfo.InvariantCulture, $"line {number:D8} xxxxx"));

    public async Task<List<string>> Tail(int lines, params string[] ids)
    {
        var found = new List<string>();
        await foreach (var (_, line) in WorkerLogs.Tail(Paths, () => ids, lines, follow: false, CancellationToken.None))
            found.Add(line);
        return found;
    }

    /// <summary>Bytes of the live log from its first one that is not punched out.</summary>
    public long LiveBytes(string id)
    {
        using var file = File.OpenHandle(Log(id), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return RandomAccess.GetLength(file) - (Understudy.Linux.FileHole.NextData(file, 0) ?? RandomAccess.GetLength(file));
    }

    public void Dispose() => root.Delete(recursive: true);
}
