using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Understudy.Decisions.Releases;

namespace Understudy.Releases;

/// <summary>The files of one commit, taken from git's own objects: the working folder's state and filters have no part in it.</summary>
sealed class SourceCommit(SourceGit git, string commit, string reference, Action<string> progress)
{
    const UnixFileMode Plain = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes the files of the tree's folder `prefix` ("" for its root) into an empty folder.</summary>
    public SourceManifest Extract(string prefix, string folder, CancellationToken cancellation)
    {
        var entries = Entries(prefix);
        SourceCheckout.Refuse(SourceRules.CheckPaths([.. entries.Select(entry => entry.Path)]));
        if (SourceRules.TooMuch(0, entries.Aggregate(0L, (sum, entry) => sum + entry.Size)) is { } tooMuch)
            throw new OperationRefused(tooMuch);
        progress(FormattableString.Invariant($"reading {entries.Count:N0} files of {SourceNames.Shown(reference)} ({commit[..10]})"));
        foreach (var path in entries.Select(entry => Path.GetDirectoryName(entry.Path)!).Distinct())
            Directory.CreateDirectory(Path.Combine(folder, path));
        var manifest = Write(entries, folder, cancellation);
        SourceCheckout.Refuse(SourceRules.Check(manifest));
        // Last, when no file is written any more that could go through one.
        foreach (var link in manifest.Links)
            File.CreateSymbolicLink(Path.Combine(folder, link.Path), link.Target);
        return manifest;
    }

    List<Entry> Entries(string prefix)
    {
        if (prefix.Length > 0 && git.TryLine("cat-file", "-t", $"{commit}:{prefix}") != "tree")
            throw new OperationRefused($"there is no folder {SourceNames.Quoted(prefix)} in {SourceNames.Quoted(reference)} ({commit[..10]}); deploy a ref that has it", RefusalKind.Unknown);
        return [.. git.Records("ls-tree", "-r", "-z", "--long", "--full-tree", $"{commit}:{prefix}").Select(Parse).Where(entry => !entry.Path.Split('/').Contains(".understudy"))];
    }

    // mode SP type SP object SP size(padded) TAB path
    static Entry Parse(string record)
    {
        var tab = record.IndexOf('\t');
        var fields = record[..tab].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var path = record[(tab + 1)..];
        return fields[1] == "blob" ? new Entry(fields[0], fields[2], long.Parse(fields[3], CultureInfo.InvariantCulture), path) : throw SourceContent.Submodule(path);
    }

    SourceManifest Write(List<Entry> entries, string folder, CancellationToken cancellation)
    {
        var files = new List<SourceFile>();
        var links = new List<SourceLink>();
        var pointers = new List<string>();
        var end = git.Run(
            ["cat-file", "--batch"],
            Receive,
            input => Ask(input, entries),
            fromAfar: true);
        if (!end.Good || files.Count + links.Count < entries.Count)
            throw new OperationRefused($"the files of {SourceNames.Quoted(reference)} cannot be read from the repository; {SourceGit.Reason(end)}");
        SourceContent.RefusePointers(pointers, "check that ref out with git-lfs, run `git lfs pull`, and deploy that folder");
        return new SourceManifest(files, links);

        void Receive(Stream output)
        {
            using var buffered = new BufferedStream(output, 131_072);
            try
            {
                foreach (var entry in entries)
                {
                    cancellation.ThrowIfCancellationRequested();
                    if (!Header(buffered).EndsWith(string.Create(CultureInfo.InvariantCulture, $" blob {entry.Size}"), StringComparison.Ordinal))
                        return;
                    if (entry.IsLink)
                        links.Add(new SourceLink(entry.Path, Target(buffered, entry)));
                    else
                        files.Add(Extract(buffered, entry, folder, pointers));
                    _ = buffered.ReadByte();
                }
            }
            // git ended before its time, and says why.
            catch (EndOfStreamException)
            {
            }
        }
    }

    static void Ask(Stream input, List<Entry> entries)
    {
        using var writer = new StreamWriter(input, Encoding.ASCII) { NewLine = "\n" };
        foreach (var entry in entries)
            writer.WriteLine(entry.Object);
    }

    static string Header(Stream output)
    {
        var line = new StringBuilder();
        for (int next; (next = output.ReadByte()) > 0 && next != '\n';)
            line.Append((char)next);
        return line.ToString();
    }

    static string Target(Stream output, Entry entry)
    {
        var target = new byte[Math.Min(entry.Size, 65_536)];
        output.ReadExactly(target);
        // Longer ones cannot be made; the rules say so by the part that is kept.
        for (var left = entry.Size - target.Length; left > 0; left--)
            _ = output.ReadByte();
        return SourceNames.FromBytes(target);
    }

    static SourceFile Extract(Stream output, Entry entry, string folder, List<string> pointers)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var file = new FileStream(Path.Combine(folder, entry.Path), new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            BufferSize = 0,
            UnixCreateMode = entry.IsExecutable ? Plain | UnixFileMode.UserExecute : Plain,
        });
        var buffer = new byte[(int)Math.Min(Math.Max(entry.Size, 1), 81_920)];
        for (var left = entry.Size; left > 0;)
        {
            var part = buffer.AsSpan(0, (int)Math.Min(left, buffer.Length));
            output.ReadExactly(part);
            hash.AppendData(part);
            file.Write(part);
            if (left == entry.Size && left == part.Length && SourceContent.IsPointer(part))
                pointers.Add(entry.Path);
            left -= part.Length;
        }
        return new SourceFile(entry.Path, entry.IsExecutable, entry.Size, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    readonly record struct Entry(string Mode, string Object, long Size, string Path)
    {
        public bool IsLink => Mode == "120000";
        public bool IsExecutable => Mode == "100755";
    }
}
