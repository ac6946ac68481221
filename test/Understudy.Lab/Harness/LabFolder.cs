namespace Understudy.Lab.Harness;

/// <summary>A temporary folder, removed at the end.</summary>
sealed class LabFolder : IDisposable
{
    public LabFolder()
    {
        // Short: a unix socket's path has 107 bytes.
        Path = Directory.CreateTempSubdirectory("lab-").FullName;
        // Workers that run as another user must be able to pass.
        File.SetUnixFileMode(Path, (UnixFileMode)0x1ED);
    }

    public string Path { get; }

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
