using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Understudy.Lab.Harness;

/// <summary>
/// A plain HTTP/1.1 client on one connection that it keeps. It never retries: a connection closed under it without `Connection: close` is a failure.
/// </summary>
/// <param name="address">Null: this machine's own.</param>
sealed class Client(int port, IPAddress? address = null) : IDisposable
{
    Socket? _socket;
    byte[] _buffer = new byte[65_536];
    int _from;
    int _to;

    public TimeSpan Patience { get; init; } = 60.Seconds();

    public Task<HttpAnswer> Get(string path, string? cookie = null) => Send("GET", path, cookie, null);

    public Task<HttpAnswer> Post(string path, string form, string? cookie = null) => Send("POST", path, cookie, form);

    public async Task<HttpAnswer> Send(string method, string path, string? cookie, string? form)
    {
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            if (_socket is null)
            {
                _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                (_from, _to) = (0, 0);
                await _socket.ConnectAsync(new IPEndPoint(address ?? IPAddress.Loopback, port), limit.Token);
            }
            var head = new StringBuilder($"{method} {path} HTTP/1.1\r\nHost: localhost:{port}\r\n");
            if (cookie is not null)
                head.Append("Cookie: ").Append(cookie).Append("\r\n");
            if (form is not null)
                head.Append(CultureInfo.InvariantCulture, $"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {Encoding.UTF8.GetByteCount(form)}\r\n");
            await _socket.SendAsync(Encoding.UTF8.GetBytes(head.Append("\r\n").Append(form).ToString()), limit.Token);
            var answer = await Read(method, limit.Token);
            if (answer.Header("Connection")?.Contains("close", StringComparison.OrdinalIgnoreCase) == true)
                Close();
            return answer;
        }
        catch
        {
            Close();
            throw;
        }
    }

    public void Dispose() => Close();

    void Close()
    {
        _socket?.Dispose();
        _socket = null;
    }

    async Task<HttpAnswer> Read(string method, CancellationToken limit)
    {
        var status = int.Parse((await Line(limit)).Split(' ')[1], CultureInfo.InvariantCulture);
        var headers = new List<(string, string)>();
        while (await Line(limit) is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            headers.Add((line[..colon], line[(colon + 1)..].Trim()));
        }
        var answer = new HttpAnswer(status, headers, "");
        if (method == "HEAD" || status is 204 or 304)
            return answer;
        if (answer.Header("Content-Length") is { } length)
            return answer with { Body = await Bytes(int.Parse(length, CultureInfo.InvariantCulture), limit) };
        var body = new StringBuilder();
        while (int.Parse(await Line(limit), NumberStyles.HexNumber, CultureInfo.InvariantCulture) is > 0 and var size)
        {
            body.Append(await Bytes(size, limit));
            await Line(limit);
        }
        while (await Line(limit) is { Length: > 0 })
        {
        }
        return answer with { Body = body.ToString() };
    }

    async Task<string> Line(CancellationToken limit)
    {
        while (true)
        {
            var end = _buffer.AsSpan(_from, _to - _from).IndexOf("\r\n"u8);
            if (end >= 0)
            {
                var line = Encoding.UTF8.GetString(_buffer, _from, end);
                _from += end + 2;
                return line;
            }
            await Fill(limit);
        }
    }

    async Task<string> Bytes(int count, CancellationToken limit)
    {
        while (_to - _from < count)
            await Fill(limit);
        var text = Encoding.UTF8.GetString(_buffer, _from, count);
        _from += count;
        return text;
    }

    async Task Fill(CancellationToken limit)
    {
        if (_from > 0)
        {
            Buffer.BlockCopy(_buffer, _from, _buffer, 0, _to - _from);
            (_from, _to) = (0, _to - _from);
        }
        if (_to == _buffer.Length)
            Array.Resize(ref _buffer, _buffer.Length * 2);
        var read = await _socket!.ReceiveAsync(_buffer.AsMemory(_to), limit);
        if (read == 0)
            throw new IOException($"the connection was closed {(_to == 0 ? "before the answer began" : "in the middle of the answer")}");
        _to += read;
    }
}
