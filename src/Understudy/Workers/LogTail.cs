using System.Text;

namespace Understudy.Workers;

static class LogTail
{
    /// <summary>The end of a file, at most `lines` of its last 8 KiB; empty when there is none.</summary>
    public static string Last(string path, int lines)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            file.Seek(-Math.Min(file.Length, 8192), SeekOrigin.End);
            var bytes = new byte[8192];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return string.Join('\n', Encoding.UTF8.GetString(bytes, 0, length).TrimEnd('\n').Split('\n').TakeLast(lines));
        }
        catch (IOException)
        {
            return "";
        }
    }
}
