namespace Understudy.Tests.Linux;

/// <summary>A /proc and memory cgroups of both versions in a temporary folder.</summary>
sealed class FakeMemory : IDisposable
{
    public const long MB = 1_000_000;

    readonly TemporaryFolder _folder = new();

    public string Proc => _folder["proc"];

    public string Group(string name) => _folder["cgroup/" + name];

    public FakeMemory Host(long total, long available, long swapTotal = 0, long swapFree = 0)
    {
        Write("proc/meminfo", $"MemTotal:       {total / 1024} kB\nMemFree:        12 kB\nMemAvailable:   {available / 1024} kB\nSwapCached:            0 kB\nSwapTotal:      {swapTotal / 1024} kB\nSwapFree:       {swapFree / 1024} kB\n");
        return this;
    }

    public FakeMemory Pressure(string some, string full)
    {
        Write("proc/pressure/memory", $"some avg10={some} avg60=0.00 avg300=0.00 total=2354\nfull avg10={full} avg60=0.00 avg300=0.00 total=351\n");
        return this;
    }

    public FakeMemory Unified(string name, string max, long current, long idle = 0, long busy = 0, string swapMax = "max", long swapCurrent = 0)
    {
        Write($"cgroup/{name}/memory.max", max + "\n");
        Write($"cgroup/{name}/memory.current", current + "\n");
        Write($"cgroup/{name}/memory.stat", $"anon 5\nfile 7\nactive_anon 1\ninactive_anon 2\ninactive_file {idle}\nactive_file {busy}\n");
        Write($"cgroup/{name}/memory.swap.max", swapMax + "\n");
        Write($"cgroup/{name}/memory.swap.current", swapCurrent + "\n");
        return this;
    }

    public FakeMemory Separate(string name, long limit, long usage, long idle = 0, long busy = 0, long both = 9223372036854771712, long bothUsage = 0, bool stuck = false)
    {
        Write($"cgroup/{name}/memory.limit_in_bytes", limit + "\n");
        Write($"cgroup/{name}/memory.usage_in_bytes", usage + "\n");
        Write($"cgroup/{name}/memory.stat", $"cache 5\ninactive_file 1\nactive_file 1\ntotal_inactive_file {idle}\ntotal_active_file {busy}\n");
        Write($"cgroup/{name}/memory.memsw.limit_in_bytes", both + "\n");
        Write($"cgroup/{name}/memory.memsw.usage_in_bytes", bothUsage + "\n");
        Write($"cgroup/{name}/memory.oom_control", $"oom_kill_disable 1\nunder_oom {(stuck ? 1 : 0)}\noom_kill 0\n");
        return this;
    }

    public void Write(string name, string text)
    {
        var path = _folder[name];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    public void Dispose() => _folder.Dispose();
}
