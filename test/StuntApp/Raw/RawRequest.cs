using System.Text;

namespace StuntApp.Raw;

/// <param name="Head">Request line and headers with the empty line, as received.</param>
/// <param name="Body">As received: chunks and trailers included.</param>
internal sealed record RawRequest(byte[] Head, byte[] Body)
{
    public string Line => Encoding.Latin1.GetString(Head)[..Encoding.Latin1.GetString(Head).IndexOf('\n')].TrimEnd('\r');

    public string Path => Target.Split('?')[0];

    public string Query => Target.Split('?', 2) is [_, var query] ? query : "";

    private string Target => Line.Split(' ') is [_, var target, ..] ? target : "";
}
