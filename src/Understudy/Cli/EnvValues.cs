using System.Text;
using Understudy.Decisions.Config;
using Understudy.State;

namespace Understudy.Cli;

/// <summary>The variables that `env set` is to set, from wherever they are given. What is wrong is said without showing any value.</summary>
/// <param name="input">Standard input.</param>
/// <param name="ask">Asks at the terminal without echo; null where there is none.</param>
internal sealed class EnvValues(Stream input, Func<string, string?> ask)
{
    /// <summary>Stands for standard input.</summary>
    public const string Input = "-";

    /// <summary>Quotes and comments included, far above what an app's secrets may have together.</summary>
    const int LargestBytes = 4 * 1024 * 1024;

    /// <param name="words">NAME=VALUE, NAME, and a last `-` for standard input.</param>
    /// <param name="file">A file of NAME=VALUE lines; null where none is named.</param>
    /// <exception cref="CommandFailed">They cannot be understood, or cannot be read.</exception>
    public IReadOnlyDictionary<string, string> Read(IReadOnlyList<string> words, string? file)
    {
        var values = new Dictionary<string, string>();
        if (file is not null)
            Lines(Text(() => File.OpenRead(file), file), file, values);
        var fromInput = words is [.., Input];
        var named = fromInput ? words.SkipLast(1).ToList() : words;
        if (named.Contains(Input))
            throw Wrong("- stands for standard input and comes last: `understudy env set NAME -`");
        var bare = named.Where(word => !word.Contains('=', StringComparison.Ordinal)).ToList();
        if (fromInput && bare.Count > 1)
            throw Wrong($"standard input can be the value of one variable, and {string.Join(", ", bare.Select(SafeText.Of))} are named: set them one by one, or give NAME=VALUE lines with `understudy env set -`");
        foreach (var word in named)
            if (word.IndexOf('=', StringComparison.Ordinal) is var equals and >= 0)
                Add(values, word[..equals], word[(equals + 1)..]);
            else if (!fromInput)
                Add(values, word, Asked(word));
        if (fromInput && bare is [var only])
            Add(values, only, WithoutLineEnd(Text(() => input, "standard input")));
        else if (fromInput)
            Lines(Text(() => input, "standard input"), "standard input", values);
        if (values.Values.Sum(value => (long)Encoding.UTF8.GetByteCount(value)) is > AppSecrets.MostBytesInAll and var sum)
            throw Wrong($"the values have {sum:N0} bytes together, and an app's secrets at most {AppSecrets.MostBytesInAll:N0}: put what is large into a file of shared/ and its path into the secret");
        return values.Count > 0 ? values : throw Wrong("no variable is given: write NAME=VALUE, or NAME to be asked for its value. See `understudy env set --help`");
    }

    string Asked(string name)
    {
        Check(name);
        return ask($"{name}: ") ?? throw Wrong($"{name}: there is no terminal to ask at. Give its value on standard input, `understudy env set {name} - < FILE`, or lines with --file FILE");
    }

    static void Lines(string text, string from, Dictionary<string, string> values)
    {
        var errors = new ConfigErrors();
        var read = DotEnv.Read(text, from, errors);
        // The reader quotes what it does not understand, and here that may be part of a secret.
        if (errors.InOrder([from]) is [var first, ..])
            throw Wrong($"{from}: line {first.Line} is not NAME=VALUE with {Names.EnvExpected} before the =, or its quote is never closed");
        foreach (var entry in read.Entries)
            Add(values, entry.Key.Text, ((ConfigScalar)entry.Value).Text);
    }

    static void Add(Dictionary<string, string> values, string name, string value)
    {
        Check(name);
        if (!values.TryAdd(name, value))
            throw Wrong($"{name} is given twice: leave one out");
    }

    static void Check(string name)
    {
        if (Names.CheckEnv(name) is { } wrong)
            throw Wrong($"\"{SafeText.Of(name.Length > 40 ? name[..40] + "..." : name)}\" {wrong}; a name has {Names.EnvExpected}");
    }

    static string WithoutLineEnd(string text) => text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2] : text.EndsWith('\n') ? text[..^1] : text;

    static string Text(Func<Stream> open, string from)
    {
        try
        {
            using var stream = open();
            var bytes = new byte[LargestBytes + 1];
            var count = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (count > LargestBytes)
                throw Wrong($"{from} has more than {LargestBytes:N0} bytes, far more than an environment can carry: is it the right one?");
            var start = bytes is [0xEF, 0xBB, 0xBF, ..] ? 3 : 0;
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes, start, count - start);
        }
        catch (DecoderFallbackException)
        {
            throw Wrong($"{from} is not UTF-8 text, and an environment carries text: encode it, in base64 for example");
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw Wrong($"{from} cannot be read: {refused.Message}");
        }
    }

    static CommandFailed Wrong(string message) => new(message, ExitCode.Usage);
}
