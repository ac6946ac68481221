using Understudy.Api;
using Understudy.Proxying;

namespace Understudy.Sampling;

/// <summary>The memory guard's families of the Prometheus page.</summary>
static class GuardMetrics
{
    static readonly string[] Steps = ["calm", "hold", "reap", "recycle", "shed"];

    public static string Page(GuardDocument guard, GuardActs acts)
    {
        var text = new PrometheusText();
        text.Family("understudy_memory_total_bytes", "gauge", "RAM of the host, or of the group in which the workers are limited, whichever has less left.").Sample(guard.TotalBytes);
        text.Family("understudy_memory_available_bytes", "gauge", "Of it, what can be had without swapping.").Sample(guard.AvailableBytes);
        text.Family("understudy_swap_total_bytes", "gauge", "Swap that may be used.").Sample(guard.SwapTotalBytes);
        text.Family("understudy_swap_free_bytes", "gauge", "Of it, what is free.").Sample(guard.SwapFreeBytes);
        text.Family("understudy_memory_pressure_percent", "gauge", "Of the last 10 s, how much tasks waited for memory: some of them, or all.")
            .Sample(guard.PressureSomePercent, ("tasks", "some")).Sample(guard.PressureFullPercent, ("tasks", "full"));
        text.Family("understudy_guard_step", "gauge", "How far the memory guard goes: 0 calm, 1 hold, 2 reap, 3 recycle, 4 shed.").Sample(Array.IndexOf(Steps, guard.Step));
        text.Family("understudy_guard_acts_total", "counter", "What the memory guard did, or with guard: report would have done.")
            .Sample(acts.Reaped, ("act", "reap")).Sample(acts.Recycled, ("act", "recycle")).Sample(acts.Killed, ("act", "kill"));
        return text.ToString();
    }
}
