using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;

namespace Shop.Caching;

/// <summary>The part of memcached's text protocol that the shop needs. One question at a time.</summary>
internal sealed class MemcachedConnection : IDisposable
{
    private const int DefaultPort = 11211;
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private NetworkStream? _stream;
    private PipeReader? _reader;

    public async Task Open(string address, CancellationToken cancel)
    {
        if (_stream is not null)
            return;
        var colon = address.LastIndexOf(':');
        var (host, port) = colon < 0 ? (address, DefaultPort) : (address[..colon], int.Parse(address[(colon + 1)..]));
        await _socket.ConnectAsync(host, port, cancel);
        _stream = new NetworkStream(_socket);
        _reader = PipeReader.Create(_stream);
    }

    public async Task<byte[]?> Get(string key, CancellationToken cancel)
    {
        await Send($"get {key}\r\n", [], cancel);
        var head = await ReadLine(cancel);
        if (head == "END")
            return null;
        // VALUE key flags length
        if (head.Split(' ') is not ["VALUE", _, _, var length])
            throw new FormatException($"memcached answered {head} to get");
        var value = await ReadBytes(int.Parse(length), cancel);
        return await ReadLine(cancel) == "" && await ReadLine(cancel) == "END" ? value : throw new FormatException("memcached's value has no end");
    }

    public async Task<bool> Set(string key, byte[] value, TimeSpan lifetime, CancellationToken cancel)
    {
        await Send($"set {key} 0 {(int)lifetime.TotalSeconds} {value.Length}\r\n", value, cancel);
        return await ReadLine(cancel) == "STORED";
    }

    public async Task<bool> Version(CancellationToken cancel)
    {
        await Send("version\r\n", [], cancel);
        return (await ReadLine(cancel)).StartsWith("VERSION ", StringComparison.Ordinal);
    }

    public void Dispose() => _socket.Dispose();

    private async Task Send(string line, byte[] value, CancellationToken cancel)
    {
        var end = value.Length > 0 ? "\r\n"u8.ToArray() : [];
        await _stream!.WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(line), .. value, .. end], cancel);
    }

    private async Task<string> ReadLine(CancellationToken cancel)
    {
        while (true)
        {
            var read = await _reader!.ReadAsync(cancel);
            if (read.Buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = Encoding.ASCII.GetString(read.Buffer.Slice(0, end));
                _reader.AdvanceTo(read.Buffer.GetPosition(1, end));
                return line.TrimEnd('\r');
            }
            _reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted)
                throw new IOException("memcached closed the connection");
        }
    }

    private async Task<byte[]> ReadBytes(int length, CancellationToken cancel)
    {
        var read = await _reader!.ReadAtLeastAsync(length, cancel);
        if (read.Buffer.Length < length)
            throw new IOException("memcached closed the connection within a value");
        var value = read.Buffer.Slice(0, length).ToArray();
        _reader.AdvanceTo(read.Buffer.GetPosition(length));
        return value;
    }
}
