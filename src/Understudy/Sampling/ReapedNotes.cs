using System.Text.Json;
using System.Text.Json.Serialization;
using Understudy.Linux;

namespace Understudy.Sampling;

/// <summary>What was ended by hand, in a file for each time: the agent may be dead or frozen then, and tells of it once it is not.</summary>
sealed partial class ReapedNotes(string folder)
{
    /// <param name="Id">Whose processes they were.</param>
    internal sealed record Note(string Id, string Message);

    /// <exception cref="Exception">IO or access: it cannot be written.</exception>
    public void Write(IReadOnlyList<Note> notes)
    {
        Files.MakePrivateFolder(folder);
        Files.Replace(Path.Combine(folder, $"{Environment.ProcessId}-{BootClock.Now.Ticks}.json"), JsonSerializer.SerializeToUtf8Bytes(notes, Json.Default.IReadOnlyListNote));
    }

    /// <summary>Those that were not taken yet, the oldest first.</summary>
    public IReadOnlyList<Note> Take()
    {
        if (!Directory.Exists(folder))
            return [];
        var notes = new List<Note>();
        foreach (var file in Directory.GetFiles(folder, "*.json").OrderBy(File.GetLastWriteTimeUtc))
        {
            try
            {
                notes.AddRange(JsonSerializer.Deserialize(File.ReadAllBytes(file), Json.Default.IReadOnlyListNote) ?? []);
                File.Delete(file);
            }
            catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or JsonException)
            {
                // Another turn's, or nobody's.
            }
        }
        return notes;
    }

    [JsonSerializable(typeof(IReadOnlyList<Note>))]
    sealed partial class Json : JsonSerializerContext;
}
