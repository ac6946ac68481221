namespace Understudy.Api;

/// <summary>The request itself is wrong; answered with `status` and the message.</summary>
internal sealed class BadRequest(string message, int status = 400) : Exception(message)
{
    public int Status => status;
}
