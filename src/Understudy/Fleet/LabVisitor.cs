using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Understudy.Fleet;

/// <summary>
/// A client on one connection, which it keeps. It never asks twice (HttpClient would, and hide failures): a connection that closes under it without
/// having said so is a failure.
/// </summary>
sealed class LabVisitor(IPEndPoint to, string path) : IDisposable
{
    readonly byte[] _request = Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {to.Address}\r\nUser-Agent: understudy-lab\r\n\r\n");
    readonly byte[] _buffer = new byte[64 * 1024];
    Socket? _socket;
    int _from;
    int _to;

    /// <summary>The answer's status, once it is here whole.</summary>
    /// <exception cref="IOException">The connection ended before, or what came is no HTTP.</exception>
    /// <exception cref="SocketException">It was refused or reset.</exception>
    public async Task<int> Ask(CancellationToken cancellation)
    {
        try
        {
            if (_socket is null)
            {
                (_from, _to) = (0, 0);
                _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await _socket.ConnectAsync(to, cancellation);
            }
            await _socket.SendAsync(_request, cancellation);
            var (status, closes) = await Read(cancellation);
            if (closes)
                Dispose();
            return status;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _socket?.Dispose();
        _socket = null;
    }

    async Task<(int Status, bool Closes)> Read(CancellationToken cancellation)
    {
        var line = await Line(cancellation);
        if (!line.StartsWith("HTTP/1.", StringComparison.Ordinal) || line.Length < 12 || !int.TryParse(line.AsSpan(9, 3), CultureInfo.InvariantCulture, out var status))
            throw new IOException("what came is no HTTP");
        var (closes, chunked, length) = (false, false, 0L);
        while (await Line(cancellation) is { Length: > 0 } header)
        {
            if (header.StartsWith("Connection:", StringComparison.OrdinalIgnoreCase))
                closes |= header.Contains("close", StringComparison.OrdinalIgnoreCase);
            else if (header.StartsWith("Transfer-Encoding:", StringComparison.OrdinalIgnoreCase))
                chunked = true;
            else if (header.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
                length = long.Parse(header.AsSpan("Content-Length:".Length), CultureInfo.InvariantCulture);
        }
        if (status is 204 or 304)
            return (status, closes);
        if (!chunked)
            await Skip(length, cancellation);
        else
        {
            while (long.Parse((await Line(cancellation)).Split(';')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture) is > 0 and var size)
                await Skip(size + 2, cancellation);
            while ((await Line(cancellation)).Length > 0)
            {
            }
        }
        return (status, closes);
    }

    async Task<string> Line(CancellationToken cancellation)
    {
        int end;
        while ((end = _buffer.AsSpan(_from, _to - _from).IndexOf("\r\n"u8)) < 0)
            await Fill(cancellation);
        var line = Encoding.Latin1.GetString(_buffer, _from, end);
        _from += end + 2;
        return line;
    }

    async Task Skip(long bytes, CancellationToken cancellation)
    {
        while (bytes > 0)
        {
            if (_from == _to)
                await Fill(cancellation);
            var here = (int)Math.Min(bytes, _to - _from);
            (_from, bytes) = (_from + here, bytes - here);
        }
    }

    async Task Fill(CancellationToken cancellation)
    {
        if (_from > 0)
        {
            Buffer.BlockCopy(_buffer, _from, _buffer, 0, _to - _from);
            (_from, _to) = (0, _to - _from);
        }
        if (_to == _buffer.Length)
            throw new IOException("a line of the answer is longer than 64 KiB");
        var read = await _socket!.ReceiveAsync(_buffer.AsMemory(_to), cancellation);
        if (read == 0)
            throw new IOException("the connection was closed before the answer had ended");
        _to += read;
    }
}
