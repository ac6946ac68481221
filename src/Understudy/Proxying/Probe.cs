using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Understudy.Proxying;

internal enum ProbeOutcome
{
    Answered,
    Refused,

    /// <summary>No HTTP status line within the deadline.</summary>
    Missed,
}

/// <param name="Status">Of the answer; 0 without one.</param>
internal readonly record struct ProbeResult(ProbeOutcome Outcome, int Status, TimeSpan Took);

/// <summary>Asks a worker a page over loopback, on a connection of its own.</summary>
internal static class Probe
{
    // "HTTP/1.1 200"
    const int StatusLine = 12;

    /// <summary>Read of an answer before the connection is closed: an app whose answer is cut off logs an error each time.</summary>
    const int ReadBytes = 16 * 1024;

    /// <summary>How long after its status the rest of an answer is waited for: a server that ignores `Connection: close` never ends it.</summary>
    static readonly TimeSpan RestWithin = TimeSpan.FromMilliseconds(100);

    /// <param name="domains">The app's; the first without a wildcard is asked for, as some apps answer to their own names only.</param>
    public static byte[] Question(IReadOnlyList<string> domains, string path)
    {
        var host = HostFor(domains);
        // https: an app that insists on TLS would send every probe away, whoever ends TLS before it.
        return Encoding.Latin1.GetBytes(
            $"GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: understudy-probe\r\nX-Forwarded-Proto: https\r\nAccept: */*\r\nConnection: close\r\n\r\n");
    }

    public static string HostFor(IReadOnlyList<string> domains)
    {
        foreach (var domain in domains)
        {
            if (!domain.StartsWith('*')) return domain;
        }

        return "localhost";
    }

    public static async Task<ProbeResult> Ask(int port, byte[] question, TimeSpan within)
    {
        var started = Clock.Ticks;
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var deadline = new CancellationTokenSource(within);
        var outcome = ProbeOutcome.Missed;
        var status = 0;
        var took = 0L;
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), deadline.Token);
            await socket.SendAsync(question, deadline.Token);
            var answer = new byte[ReadBytes];
            var got = 0;
            while (got < answer.Length && await socket.ReceiveAsync(answer.AsMemory(got), deadline.Token) is > 0 and var read)
            {
                got += read;
                if (outcome == ProbeOutcome.Missed && got >= StatusLine && answer.AsSpan().StartsWith("HTTP/1."u8) && int.TryParse(answer.AsSpan(9, 3), out status))
                {
                    (outcome, took) = (ProbeOutcome.Answered, Clock.Ticks - started);
                    deadline.CancelAfter(RestWithin);
                }
            }
        }
        catch (SocketException refused) when (refused.SocketErrorCode == SocketError.ConnectionRefused)
        {
            outcome = ProbeOutcome.Refused;
        }
        catch (Exception missed) when (missed is SocketException or OperationCanceledException)
        {
        }

        return new ProbeResult(outcome, status, Clock.Time(took == 0 ? Clock.Ticks - started : took));
    }
}
