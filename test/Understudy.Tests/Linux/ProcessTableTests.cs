using System.Diagnostics;
using Understudy.Linux;

namespace Understudy.Tests.Linux;

public sealed class ProcessTableTests : IDisposable
{
    readonly FakeProc _proc = new();
    readonly ProcessTable _table;

    public ProcessTableTests() => _table = new(_proc.Path);

    public void Dispose() => _proc.Dispose();

    [Fact]
    public void A_process_is_read_field_by_field()
    {
        _proc.Add(42, parent: 7, start: 12_345, state: 'R', name: "puma: a) b (", command: "puma 5.6.5 (tcp://127.0.0.1:5000)", environment: "A=1\0UNDERSTUDY_WORKER=host/shop.web.1\0B=2\0",
            group: "/understudy-host/workers/shop.web.1", pssKb: 100, privateKb: 61, swapKb: 8, residentPages: 50, user: 33);
        var stat = _table.Stat(42)!.Value;
        Assert.Equal(('R', 7, 12_345L, "puma: a) b (", 50L * Environment.SystemPageSize), (stat.State, stat.Parent, stat.StartTicks, stat.Name, stat.ResidentBytes));
        Assert.Equal(new ProcessMemory(102_400, 61 * 1024, 8 * 1024), _table.Memory(42));
        Assert.Equal(39 * 1024, _table.Memory(42)!.Value.SharedBytes);
        Assert.Equal(new ResidentMemory(50L * Environment.SystemPageSize, 25L * Environment.SystemPageSize), _table.Resident(42));
        Assert.Equal("puma 5.6.5 (tcp://127.0.0.1:5000)", _table.CommandLine(42));
        Assert.Equal("host/shop.web.1", _table.Variable(42, "UNDERSTUDY_WORKER"u8));
        Assert.Null(_table.Variable(42, "UNDERSTUDY"u8));
        Assert.Equal("/understudy-host/workers/shop.web.1", _table.Groups(42)!.Unified);
        Assert.Equal("/a", _table.Groups(42)!.Of("cpuacct"));
        Assert.Equal(33u, _table.User(42));
        Assert.Null(_table.WaitsIn(42));
    }

    [Fact]
    public void One_that_waits_for_a_disk_says_where()
    {
        _proc.Add(42, state: 'D');
        Assert.Equal(('D', "io_schedule"), (_table.Stat(42)!.Value.State, _table.WaitsIn(42)));
    }

    [Theory]
    [InlineData("stat")]
    [InlineData("statm")]
    [InlineData("smaps_rollup")]
    [InlineData("cmdline")]
    [InlineData("environ")]
    [InlineData("cgroup")]
    [InlineData("status")]
    public void A_file_that_vanished_is_an_answer(string file)
    {
        _proc.Add(42).Without(42, file);
        Assert.Equal((file == "stat", file == "statm", file == "smaps_rollup"), (_table.Stat(42) is null, _table.Resident(42) is null, _table.Memory(42) is null));
        Assert.Equal(file == "cmdline" ? "[ruby]" : "ruby", _table.CommandLine(42));
        Assert.Null(_table.Variable(42, "X"u8));
        Assert.Equal((file == "cgroup", file == "status"), (_table.Groups(42) is null, _table.User(42) is null));
    }

    [Theory]
    [InlineData("")]
    [InlineData("42")]
    [InlineData("42 (ruby")]
    [InlineData("42 ruby) S 1")]
    [InlineData("42 (ruby) S 1 2 3")]
    [InlineData("42 (ruby) S x 42 42 0 -1 4194304 10 0 0 0 1 1 0 0 20 0 1 0 100 1000000 5 1 0 0")]
    public void Half_a_line_is_no_process(string line)
    {
        Assert.Null(ProcessStat.Parse(System.Text.Encoding.UTF8.GetBytes(line)));
        Assert.Null(ResidentMemory.Parse("9 x"u8));
        Assert.Null(ProcessMemory.Parse("\nRss: 1 kB\n"u8));
    }

    [Fact]
    public void Only_numbers_are_processes_and_a_place_that_is_not_there_has_none()
    {
        _proc.Add(42).Add(7);
        Directory.CreateDirectory(Path.Combine(_proc.Path, "sys"));
        Directory.CreateDirectory(Path.Combine(_proc.Path, "-5"));
        Assert.Equal([7, 42], _table.Pids().Order());
        Assert.Empty(new ProcessTable(_proc.Path + "/nowhere").Pids());
        Assert.Null(_table.Stat(43));
    }

    [Fact]
    public void A_large_environment_is_searched_to_its_end()
    {
        _proc.Add(42, environment: $"LONG={new string('x', 300_000)}\0UNDERSTUDY_WORKER=host/shop.web.1\0");
        Assert.Equal("host/shop.web.1", _table.Variable(42, "UNDERSTUDY_WORKER"u8));
    }

    [Fact]
    public void Five_thousand_processes_are_read_while_half_of_them_end()
    {
        for (var pid = 1; pid <= 5_000; pid++)
            _proc.Add(pid, start: pid, pssKb: 10, privateKb: 4);
        var pids = _table.Pids();
        Assert.Equal(5_000, pids.Count);
        Parallel.Invoke(
            () => { for (var pid = 2; pid <= 5_000; pid += 2) _proc.Remove(pid); },
            () => Assert.All(pids.Where(pid => pid % 2 == 1), pid => Assert.Equal((pid, 10_240L), (_table.Stat(pid)!.Value.StartTicks, _table.Memory(pid)!.Value.PssBytes))));
        Assert.Equal(2_500, _table.Pids().Count(pid => _table.Stat(pid) is not null));
    }

    [Fact]
    public void The_kernel_says_the_same_of_this_process_as_the_runtime()
    {
        var kernel = new ProcessTable();
        using var self = Process.GetCurrentProcess();
        Assert.Contains(self.Id, kernel.Pids());
        Assert.InRange(kernel.Memory(self.Id)!.Value.PssBytes, 5_000_000, 4_000_000_000);
        Assert.InRange(kernel.Resident(self.Id)!.Value.ResidentBytes, kernel.Memory(self.Id)!.Value.PrivateBytes / 2, 8_000_000_000);
        Assert.Contains("Understudy.Tests", kernel.CommandLine(self.Id), StringComparison.Ordinal);
        Assert.Equal(Environment.GetEnvironmentVariable("PATH"), kernel.Variable(self.Id, "PATH"u8));
        Assert.NotNull(kernel.Groups(self.Id));
        Assert.False(kernel.IsRefused(self.Id));
        Assert.Null(kernel.Living(int.MaxValue));
    }
}
