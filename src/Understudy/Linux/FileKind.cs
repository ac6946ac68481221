namespace Understudy.Linux;

/// <summary>What an entry of a folder is.</summary>
enum FileKind
{
    /// <summary>A socket, pipe or device.</summary>
    Other,
    File,
    Folder,
    Link,
}
