using Microsoft.AspNetCore.Http;
using Understudy.Decisions.Proxying;
using Understudy.Linux;

namespace Understudy.Proxying;

/// <summary>Answers in an app's stead while it is maintained.</summary>
internal sealed class AppMaintenance(MaintenanceRoute route)
{
    const int MostPageBytes = 256 * 1024;

    volatile Page? newest;

    public MaintenanceRoute Route => route;

    public async Task Answer(HttpContext context, string? requestId)
    {
        // A disk may take its time; the socket's thread may not.
        if (route.PagePath is not null) await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await Pages.WriteMaintenance(context, route.RetryAfterSeconds, Read(), requestId);
    }

    byte[]? Read()
    {
        if (Path.GetDirectoryName(route.PagePath) is not { } folder) return null;
        // Opened like an asset: a page that an app's repository makes a symlink to some secret must not be shown.
        using var file = FileBeneath.Open(folder, Path.GetFileName(route.PagePath)!);
        if (file is null || file.Length > MostPageBytes) return null;
        if (newest is { } known && known.Written == file.Written && known.Bytes.Length == file.Length) return known.Bytes;
        try
        {
            var bytes = new byte[file.Length];
            if (RandomAccess.Read(file.Handle, bytes, 0) != bytes.Length) return null;
            newest = new Page(file.Written, bytes);
            return bytes;
        }
        catch (IOException)
        {
            return null;
        }
    }

    sealed record Page(DateTimeOffset Written, byte[] Bytes);
}
