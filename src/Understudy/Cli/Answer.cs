using System.Text.Json;
using Understudy.Api;

namespace Understudy.Cli;

/// <summary>The last words of a verb that changed something.</summary>
internal static class Answer
{
    public static void Write(Screen screen, DoneDocument done, bool json) =>
        screen.Line(json ? JsonSerializer.Serialize(done, JsonDocuments.Readable.DoneDocument) : SafeText.Of(done.Message));
}
