using System.Globalization;

namespace Understudy.Linux;

/// <summary>What is left of the file system that a folder lies on.</summary>
static class DiskSpace
{
    const long MostFloor = 500_000_000;
    const double FloorShare = 0.05;

    /// <summary>What a build leaves to the site: 500 MB, or 5 % of a file system smaller than 10 GB.</summary>
    public static long Floor(long size) => Math.Min(MostFloor, (long)(size * FloorShare));

    /// <summary>A sentence part when less than the floor is left; null while there is enough, or the file system does not say.</summary>
    public static string? Lack(string folder)
    {
        try
        {
            var disk = new DriveInfo(folder);
            var left = disk.AvailableFreeSpace;
            return left < Floor(disk.TotalSize) ? string.Create(CultureInfo.InvariantCulture, $"the disk of {folder} has only {left / 1_000_000} MB left") : null;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
