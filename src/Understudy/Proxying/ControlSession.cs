using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Understudy.Linux;

namespace Understudy.Proxying;

/// <summary>One peer on the control socket. Whatever it sends, the proxy goes on.</summary>
internal sealed class ControlSession(Socket socket, ControlSocket owner, ControlCommands commands)
{
    /// <summary>The longest command has 8 bytes.</summary>
    const int LongestLineBytes = 1024;

    static readonly TimeSpan LineWithin = TimeSpan.FromSeconds(5);

    readonly byte[] buffer = new byte[LongestLineBytes];
    bool offered;
    bool left;

    public async Task Run(CancellationToken stopped)
    {
        await Task.Yield();
        try
        {
            await Converse(stopped);
        }
        catch (Exception gone) when (gone is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The peer's loss: it closed, reset, or fell silent in mid-line.
        }
        finally
        {
            socket.Dispose();
            if (offered && !left) owner.OfferLapsed(this);
        }
    }

    async Task Converse(CancellationToken stopped)
    {
        using var slow = CancellationTokenSource.CreateLinkedTokenSource(stopped);
        var held = 0;
        while (true)
        {
            slow.CancelAfter(held == 0 ? Timeout.InfiniteTimeSpan : LineWithin);
            var received = await socket.ReceiveAsync(buffer.AsMemory(held), slow.Token);
            if (received == 0) return;
            // Off the thread that polls the sockets: a page of metrics takes longer than a request may be held up for.
            await Task.Yield();
            held += received;
            int end;
            while ((end = buffer.AsSpan(0, held).IndexOf((byte)'\n')) >= 0)
            {
                slow.CancelAfter(LineWithin);
                await Answer(Encoding.UTF8.GetString(buffer, 0, end).TrimEnd('\r'), slow.Token);
                buffer.AsSpan(end + 1, held - end - 1).CopyTo(buffer);
                held -= end + 1;
            }

            if (held < buffer.Length) continue;
            await Send(new ControlAnswer { Error = $"A command line has at most {LongestLineBytes} bytes." }, slow.Token);
            return;
        }
    }

    Task Answer(string command, CancellationToken cancellation) => command switch
    {
        "report" => Send(new ControlAnswer { Report = commands.Report() }, cancellation),
        "metrics" => Send(new ControlAnswer { Metrics = commands.Metrics() }, cancellation),
        "inflight" => Send(new ControlAnswer { InFlight = commands.InFlight() }, cancellation),
        "handover" => Handover(cancellation),
        "leave" => Leave(cancellation),
        "stop" => Stop(cancellation),
        _ => Send(new ControlAnswer { Error = "Unknown command. Known: report, metrics, inflight, handover, leave, stop." }, cancellation),
    };

    Task Handover(CancellationToken cancellation)
    {
        var listeners = commands.Listeners();
        if (left || listeners.Count == 0) return Send(new ControlAnswer { Error = "This proxy has no listeners to hand over: it is leaving or stopping." }, cancellation);
        if (!owner.Offer(this)) return Send(new ControlAnswer { Error = "Another proxy is taking over at this moment." }, cancellation);
        offered = true;
        var line = Line(new ControlAnswer { Listeners = [.. listeners.Select(l => l.Key)] });
        FdPassing.Send(socket, line, [.. listeners.Select(l => (int)l.Socket.Handle)]);
        return Task.CompletedTask;
    }

    Task Leave(CancellationToken cancellation)
    {
        if (!offered) return Send(new ControlAnswer { Error = "Only the proxy that was handed the listeners may say `leave`." }, cancellation);
        left = true;
        owner.HandedOver = true;
        commands.Leave();
        return Send(new ControlAnswer { Done = true }, cancellation);
    }

    async Task Stop(CancellationToken cancellation)
    {
        await Send(new ControlAnswer { Done = true }, cancellation);
        commands.Stop();
    }

    async Task Send(ControlAnswer answer, CancellationToken cancellation)
    {
        ReadOnlyMemory<byte> rest = Line(answer with { HandedOver = owner.HandedOver });
        while (!rest.IsEmpty) rest = rest[await socket.SendAsync(rest, cancellation)..];
    }

    static byte[] Line(ControlAnswer answer) => [.. JsonSerializer.SerializeToUtf8Bytes(answer, ControlAnswerJson.Default.ControlAnswer), (byte)'\n'];
}
