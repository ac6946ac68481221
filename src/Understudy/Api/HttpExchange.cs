using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Understudy.Api;

/// <summary>
/// One HTTP/1.1 request and its answer, on plain blocking calls: HttpClient would cost a verb more than all the rest of its work.
/// </summary>
internal sealed class HttpExchange : IDisposable
{
    const int HeadLimit = 32_768;
    readonly AgentConnection connection;
    readonly byte[] buffer = new byte[16_384];
    int start;
    int end;
    long left;
    bool chunked;
    bool finished;

    HttpExchange(AgentConnection connection) => this.connection = connection;

    public int Status { get; private set; }

    /// <exception cref="SocketException">Nobody listens there, or nobody may.</exception>
    /// <exception cref="IOException">The answer ended early, or took longer than `timeout`.</exception>
    public static HttpExchange Send(IAgentEndpoint agent, string method, string target, ReadOnlySpan<byte> body, TimeSpan timeout)
    {
        var exchange = Begin(agent, method, target, body.Length, timeout);
        try
        {
            try
            {
                exchange.Write(body);
            }
            // As below: a refusal may come before the body's end.
            catch (SocketException)
            {
            }
            exchange.ReadHead();
            return exchange;
        }
        catch
        {
            exchange.Dispose();
            throw;
        }
    }

    /// <summary>Sends a body part by part, as `writeBody` hands them to what it is given. It must be `length` bytes in all.</summary>
    /// <param name="timeout">For each part, and then for the answer.</param>
    /// <exception cref="SocketException">Nobody listens there, or nobody may.</exception>
    /// <exception cref="IOException">The answer ended early, or took longer than `timeout`.</exception>
    public static HttpExchange Send(IAgentEndpoint agent, string method, string target, long length, Action<Action<ReadOnlySpan<byte>>> writeBody, TimeSpan timeout)
    {
        var exchange = Begin(agent, method, target, length, timeout);
        try
        {
            exchange.WriteParts(length, writeBody);
            return exchange;
        }
        catch
        {
            exchange.Dispose();
            throw;
        }
    }

    /// <summary>For answers that stay open until the reader has seen enough.</summary>
    public void WaitWithoutLimit() => connection.Socket.ReceiveTimeout = 0;

    public byte[] ReadToEnd()
    {
        using var all = new MemoryStream();
        while (Next() is { IsEmpty: false } part)
            all.Write(part);
        return all.ToArray();
    }

    /// <summary>The next line without its end; null when the answer has ended.</summary>
    public string? ReadLine()
    {
        using var line = new MemoryStream();
        while (Next(untilLineFeed: true) is { IsEmpty: false } part)
        {
            line.Write(part);
            if (part[^1] == '\n')
                return Encoding.UTF8.GetString(line.GetBuffer(), 0, (int)line.Length - 1);
        }
        return line.Length == 0 ? null : throw new IOException("the agent's answer ended in the middle of a line");
    }

    public void Dispose() => connection.Dispose();

    static HttpExchange Begin(IAgentEndpoint agent, string method, string target, long length, TimeSpan timeout)
    {
        var exchange = new HttpExchange(agent.Open(timeout));
        try
        {
            exchange.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
                $"{method} {target} HTTP/1.1\r\n{agent.Headers}Connection: close\r\nContent-Length: {length}\r\n\r\n")));
            return exchange;
        }
        catch
        {
            exchange.Dispose();
            throw;
        }
    }

    void WriteParts(long length, Action<Action<ReadOnlySpan<byte>>> writeBody)
    {
        var unsent = length;
        try
        {
            writeBody(part =>
            {
                if ((unsent -= part.Length) < 0)
                    throw new InvalidOperationException("the body is longer than was announced");
                Write(part);
            });
            if (unsent > 0)
                throw new InvalidOperationException("the body is shorter than was announced");
        }
        // Who refuses a body before its end answers first and then hangs up: the answer says why. Where there is none, reading says what the
        // sender cannot: .NET calls a broken pipe a timeout once a part of the bytes has gone.
        catch (SocketException)
        {
        }
        ReadHead();
    }

    void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            connection.Tls?.Write(bytes);
        }
        catch (IOException broken) when (broken.GetBaseException() is SocketException cause)
        {
            throw cause;
        }
        while (connection.Tls is null && !bytes.IsEmpty)
            bytes = bytes[connection.Socket.Send(bytes)..];
    }

    void ReadHead()
    {
        var status = HeadLine();
        if (status.Length < 12 || !status.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) || !int.TryParse(status.AsSpan(9, 3), out var code))
            throw new IOException("what answers there does not speak HTTP");
        Status = code;
        left = long.MaxValue;
        for (var (line, read) = (HeadLine(), 0); line.Length > 0; line = HeadLine())
        {
            read += line.Length;
            if (read > HeadLimit)
                throw new IOException("the head of the answer is too long");
            if (Value(line, "content-length:") is { } length)
                left = long.Parse(length, NumberStyles.None, CultureInfo.InvariantCulture);
            else if (Value(line, "transfer-encoding:") is "chunked")
                (chunked, left) = (true, 0);
        }
    }

    static string? Value(string line, string name) =>
        line.StartsWith(name, StringComparison.OrdinalIgnoreCase) ? line[name.Length..].Trim() : null;

    /// <summary>The next bytes of the body; empty at its end.</summary>
    ReadOnlySpan<byte> Next(bool untilLineFeed = false)
    {
        if (chunked && left == 0 && !finished)
            NextChunk();
        if (finished || left == 0)
            return [];
        if (start == end && !Fill())
            return left == long.MaxValue ? [] : throw new IOException("the agent's answer ended early");
        var part = buffer.AsSpan(start, (int)Math.Min(end - start, left));
        if (untilLineFeed && part.IndexOf((byte)'\n') is var at and >= 0)
            part = part[..(at + 1)];
        start += part.Length;
        if (left != long.MaxValue)
            left -= part.Length;
        if (chunked && left == 0)
            _ = HeadLine();
        return part;
    }

    void NextChunk()
    {
        left = long.Parse(HeadLine(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        finished = left == 0;
    }

    string HeadLine()
    {
        var line = new StringBuilder();
        while (true)
        {
            if (start == end && !Fill())
                throw new IOException("the agent's answer ended early");
            var letter = (char)buffer[start++];
            if (letter == '\n')
                return line.ToString().TrimEnd('\r');
            if (line.Append(letter).Length > HeadLimit)
                throw new IOException("the head of the answer is too long");
        }
    }

    bool Fill()
    {
        start = 0;
        try
        {
            end = connection.Tls?.Read(buffer) ?? connection.Socket.Receive(buffer);
        }
        catch (IOException broken) when (broken.GetBaseException() is SocketException cause)
        {
            throw cause;
        }
        return end > 0;
    }
}
