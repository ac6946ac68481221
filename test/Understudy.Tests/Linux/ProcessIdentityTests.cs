using System.Diagnostics;
using Understudy.Linux;

namespace Understudy.Tests.Linux;

public class ProcessIdentityTests
{
    [Fact]
    public void This_process_is_held_by_its_pid_and_start_and_by_no_other_start()
    {
        var ticks = ProcessStat.Read(Environment.ProcessId)!.Value.StartTicks;
        using var held = PidFd.Open(Environment.ProcessId, ticks);
        Assert.NotNull(held);
        Assert.Null(PidFd.Open(Environment.ProcessId, ticks + 1));
    }

    [Fact]
    public void A_name_with_parentheses_and_spaces_does_not_confuse_the_reading()
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "echo 'a) Z 1 (' > /proc/self/comm; read _"]) { RedirectStandardInput = true })!;
        Assert.True(SpinWait.SpinUntil(() => File.ReadAllText($"/proc/{process.Id}/comm").StartsWith("a)", StringComparison.Ordinal), TimeSpan.FromSeconds(30)));
        Assert.Equal(Environment.ProcessId, ProcessStat.Read(process.Id)!.Value.Parent);
        process.Kill();
        process.WaitForExit();
        Assert.Null(ProcessStat.Read(process.Id));
    }

    [Fact]
    public async Task The_end_of_a_process_that_is_not_ours_to_wait_for_is_told_without_a_code()
    {
        // A child's child, as an adopted worker is. Never a child that the runtime itself would wait for: whoever came second would end this process.
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "sleep 60 & echo $!; wait"]) { RedirectStandardOutput = true })!;
        var pid = int.Parse((await shell.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken))!, System.Globalization.CultureInfo.InvariantCulture);
        using var exits = new ProcessExits();
        var told = new TaskCompletionSource<ExitStatus?>(TaskCreationOptions.RunContinuationsAsynchronously);
        exits.Watch(PidFd.Open(pid)!, told.SetResult);
        using var held = PidFd.Open(pid);
        held!.Send(Signal.Kill);
        Assert.Null(await told.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
    }
}
