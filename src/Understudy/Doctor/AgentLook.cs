using System.Text.Json;
using Understudy.Api;

namespace Understudy.Doctor;

/// <summary>What the agent says of its host, or why it says nothing.</summary>
sealed record AgentLook(HostDocument? Status, string? Trouble)
{
    /// <summary>A healthy agent answers in milliseconds; one that is starved is a finding.</summary>
    static readonly TimeSpan Within = TimeSpan.FromSeconds(3);

    public static AgentLook Of(Paths paths)
    {
        try
        {
            var agent = new LocalAgent(paths.AgentSocket, why => $"{paths.AgentSocket}: {why}.");
            return new(new ApiClient(agent, Within).Status(), null);
        }
        catch (Exception absent) when (absent is AgentAbsent or AgentRefused or JsonException)
        {
            return new(null, absent.Message.Split('\n')[0]);
        }
    }
}
