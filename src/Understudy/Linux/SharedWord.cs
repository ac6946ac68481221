using System.IO.MemoryMappedFiles;

namespace Understudy.Linux;

/// <summary>Eight bytes that several processes see: written and read without a system call, a disk or any memory but their own page.</summary>
sealed unsafe class SharedWord : IDisposable
{
    readonly MemoryMappedFile _file;
    readonly MemoryMappedViewAccessor _view;
    readonly long* _word;

    SharedWord(string path)
    {
        // Never shortened: whoever has it mapped would be killed by its next look.
        var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        if (stream.Length < sizeof(long))
            stream.SetLength(sizeof(long));
        _file = MemoryMappedFile.CreateFromFile(stream, null, sizeof(long), MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
        _view = _file.CreateViewAccessor(0, sizeof(long), MemoryMappedFileAccess.ReadWrite);
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _word = (long*)start;
    }

    public long Value
    {
        get => Volatile.Read(ref *_word);
        set => Volatile.Write(ref *_word, value);
    }

    /// <summary>Makes the file, with 0, where there is none.</summary>
    /// <exception cref="Exception">IO or UnauthorizedAccess: it can be neither made nor opened.</exception>
    public static SharedWord Open(string path) => new(path);

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        try
        {
            _view.Dispose();
        }
        catch (IOException)
        {
            // In a process whose memory is locked the flush at the end answers EBUSY; what is written is in the file all the same.
        }
        _file.Dispose();
    }
}
