using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Understudy.Bench.Loads;

/// <summary>
/// What a public asks for: pages, the assets that each page names and its reader does not have yet, and now and then an asset of a page that was served earlier,
/// as slow readers, search engines and mails do.
/// </summary>
sealed partial class Visits(IReadOnlyList<string> pages)
{
    const int Readers = 8;
    const int PagesPerReader = 4;
    const int EarlierEvery = 8;
    readonly Lock _gate = new();
    readonly ConcurrentQueue<string> _wanted = [];
    readonly List<string> _named = [];
    readonly HashSet<string> _known = [];
    readonly Reader[] _readers = [.. Enumerable.Range(0, Readers).Select(_ => new Reader())];
    int _turn;
    int _page;
    int _earlier;

    /// <summary>A path, and who reads it where it is a page.</summary>
    public (string Path, Reader? Reader) Next()
    {
        lock (_gate)
        {
            if (_turn++ % EarlierEvery == 0 && _named.Count > 0)
                return (_named[_earlier++ % _named.Count], null);
            if (_wanted.TryDequeue(out var asset))
                return (asset, null);
            var place = _page % Readers;
            if (_readers[place].Pages++ == PagesPerReader)
                _readers[place] = new Reader { Pages = 1 };
            return (pages[_page++ % pages.Count], _readers[place]);
        }
    }

    /// <summary>Takes the assets that a page names: its reader asks for them next.</summary>
    public void Read(Reader reader, string page)
    {
        lock (_gate)
        {
            foreach (Match match in Asset().Matches(page))
            {
                var path = match.Groups[1].Value;
                if (reader.Has.Add(path))
                    _wanted.Enqueue(path);
                if (_known.Add(path))
                    _named.Add(path);
            }
        }
    }

    [GeneratedRegex("(?:href|src)=\"(/assets/[^\"]+)\"")]
    private static partial Regex Asset();

    /// <summary>Somebody with a browser, who fetches an asset once.</summary>
    public sealed class Reader
    {
        public HashSet<string> Has { get; } = [];
        public int Pages { get; set; }
    }
}
