using System.Security.Cryptography;
using Understudy.Releases;

namespace Understudy.Lab;

public class ArtifactTests
{
    [Fact]
    public async Task A_full_disk_is_said_and_nothing_half_made_is_left_on_it()
    {
        using var folder = new LabFolder();
        Directory.CreateDirectory(folder["built"]);
        for (var file = 0; file < 20; file++)
            await File.WriteAllBytesAsync(folder[$"built/{file}"], RandomNumberGenerator.GetBytes(2_000_000), TestContext.Current.CancellationToken);
        using var disk = await SmallDisk.Mount(folder["disk"], "30m");

        var packing = await Assert.ThrowsAsync<IOException>(() => Artifact.Pack(folder["built"], Path.Combine(disk.Path, "artifacts"), TestContext.Current.CancellationToken));
        Assert.Contains("is full", packing.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(disk.Path, "artifacts")));

        var (sha256, _) = await Artifact.Pack(folder["built"], folder["artifacts"], TestContext.Current.CancellationToken);
        var unpacking = await Assert.ThrowsAsync<IOException>(() => Artifact.Unpack(folder["artifacts"], sha256, Path.Combine(disk.Path, "release"), null, TestContext.Current.CancellationToken));
        Assert.Contains("is full", unpacking.Message, StringComparison.Ordinal);
        Assert.Equal([Path.Combine(disk.Path, "artifacts")], Directory.EnumerateFileSystemEntries(disk.Path));
    }
}
