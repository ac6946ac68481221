using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Understudy.Linux;

/// <summary>The processes that are in one cgroup itself.</summary>
static class CgroupProcesses
{
    /// <summary>A thousand processes; more take another read.</summary>
    const int UsualBytes = 8 * 1024;

    const int MostBytes = 4 * 1024 * 1024;

    /// <summary>Adds them to a list; none where the group is gone.</summary>
    public static void Read(string folder, List<int> found)
    {
        var path = Encoding.UTF8.GetBytes(folder + "/cgroup.procs\0");
        for (var size = UsualBytes; ; size *= 4)
        {
            var buffer = ArrayPool<byte>.Shared.Rent(size);
            try
            {
                var length = RawFile.Read(path, buffer.AsSpan(0, size));
                if (length == size && size < MostBytes)
                    continue;
                Parse(buffer.AsSpan(0, Math.Max(0, length)), found);
                return;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    static void Parse(ReadOnlySpan<byte> text, List<int> found)
    {
        foreach (var line in text.Split((byte)'\n'))
        {
            // 0 stands for a process of another pid namespace.
            if (Utf8Parser.TryParse(text[line], out int pid, out var used) && used > 0 && pid > 0)
                found.Add(pid);
        }
    }
}
