using System.Text;
using Understudy.Decisions.Config;

namespace Understudy.Config;

/// <summary>Reads a configuration file as text, or says why it cannot be one.</summary>
static class ConfigFile
{
    /// <summary>The largest that is read, in bytes. A real configuration has a few thousand.</summary>
    public const int LargestBytes = 1_000_000;

    static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>True for whatever has this name: a file, a folder, or a link that points nowhere.</summary>
    public static bool IsThere(string path) => Path.Exists(path) || new FileInfo(path).LinkTarget is not null;

    /// <summary>Null, with an error, where it cannot be read.</summary>
    public static string? Read(string path, ConfigErrors errors)
    {
        var place = new ConfigPlace(path);
        if (Bytes(path, place, errors) is not { } bytes)
            return null;
        if (bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
            return Refuse(errors, place, "is UTF-16 text", "save it as UTF-8");
        var text = bytes is [0xEF, 0xBB, 0xBF, ..] ? bytes.AsSpan(3) : bytes;
        if (text.IndexOfAnyInRange((byte)0, (byte)8) is var control and >= 0)
            return Refuse(errors, At(path, text, control), $"is not a text file: it contains the byte 0x{text[control]:x2}", "check that this is the right file");
        try
        {
            var read = Strict.GetString(text);
            return string.IsNullOrWhiteSpace(read) ? Refuse(errors, place, "is empty", "remove it, or let `understudy init` show what could stand in it") : read;
        }
        catch (DecoderFallbackException)
        {
            return Refuse(errors, At(path, text, FirstInvalid(text)), "is not UTF-8 text from here on", "save it as UTF-8");
        }
    }

    static byte[]? Bytes(string path, ConfigPlace place, ConfigErrors errors)
    {
        try
        {
            if (Directory.Exists(path))
                return Refuse<byte[]>(errors, place, "is a folder, not a file", "rename it, and write the configuration into a file of this name");
            using var file = File.OpenRead(path);
            if (file.Length > LargestBytes)
                return Refuse<byte[]>(errors, place, $"is {file.Length:N0} bytes long; at most {LargestBytes:N0} are read", "check that this is the right file");
            var bytes = new byte[LargestBytes + 1];
            var count = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return count <= LargestBytes ? bytes[..count] : Refuse<byte[]>(errors, place, $"is longer than {LargestBytes:N0} bytes", "check that this is the right file");
        }
        catch (UnauthorizedAccessException)
        {
            return Refuse<byte[]>(errors, place, $"may not be read by {Environment.UserName}", $"change its owner or mode: chmod a+r {path}");
        }
        catch (FileNotFoundException)
        {
            var target = new FileInfo(path).LinkTarget;
            return Refuse<byte[]>(errors, place, target is null ? "is not there" : $"is a link to {target}, which is not there", null);
        }
        catch (IOException error)
        {
            return Refuse<byte[]>(errors, place, $"cannot be read: {error.Message}", null);
        }
    }

    static int FirstInvalid(ReadOnlySpan<byte> text)
    {
        for (var at = 0; at < text.Length;)
        {
            if (Rune.DecodeFromUtf8(text[at..], out _, out var length) != System.Buffers.OperationStatus.Done)
                return at;
            at += length;
        }
        return text.Length;
    }

    static ConfigPlace At(string path, ReadOnlySpan<byte> text, int offset)
    {
        var before = text[..offset];
        return new ConfigPlace(path, before.Count((byte)'\n') + 1, offset - before.LastIndexOf((byte)'\n'));
    }

    static string? Refuse(ConfigErrors errors, ConfigPlace place, string message, string? suggestion) => Refuse<string>(errors, place, message, suggestion);

    static T? Refuse<T>(ConfigErrors errors, ConfigPlace place, string message, string? suggestion) where T : class
    {
        errors.Add(place, "", message, suggestion);
        return null;
    }
}
