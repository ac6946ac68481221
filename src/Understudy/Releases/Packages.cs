using Understudy.Decisions.Config;
using Understudy.Linux;

namespace Understudy.Releases;

/// <summary>The Debian packages that an app needs on its host: looks which are missing, and installs them where the agent may.</summary>
/// <param name="folder">Where the list of what is installed lies while it is read.</param>
sealed class Packages(CommandRunner runner, string app, string folder)
{
    static readonly TimeSpan QueryWithin = TimeSpan.FromMinutes(1);

    static readonly Dictionary<string, string> Env = new()
    {
        ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        // Its messages are looked at below.
        ["LC_ALL"] = "C.UTF-8",
        ["HOME"] = "/root",
        ["DEBIAN_FRONTEND"] = "noninteractive",
    };

    /// <summary>Those that dpkg does not have as installed, under their own name or as another's virtual one. All, where there is no dpkg.</summary>
    public async Task<IReadOnlyList<string>> Missing(IReadOnlyList<string> packages, CancellationToken cancellation)
    {
        if (packages.Count == 0)
            return [];
        var list = Path.Combine(folder, $".packages-{Guid.NewGuid():N}");
        try
        {
            var asked = await runner.Run(Order(@"dpkg-query -W -f '${Status}\t${Package}\t${Provides}\n'", list, QueryWithin), null, cancellation);
            return asked.Good ? MissingFrom(await File.ReadAllTextAsync(list, cancellation), packages) : [.. packages];
        }
        finally
        {
            File.Delete(list);
        }
    }

    /// <summary>Installs them with apt-get as root. Null: they are there now. Else a sentence: what failed, and what to do.</summary>
    /// <param name="log">Appended to.</param>
    public async Task<string?> Install(IReadOnlyList<string> packages, string log, TimeSpan within, Action<string>? line, CancellationToken cancellation)
    {
        // apt-get takes a dash at the end as an order to remove.
        if (packages.FirstOrDefault(name => Names.CheckPackage(name) is not null || name.EndsWith('-')) is { } bad)
            return $"packages: \"{bad}\" is not a Debian package's name; correct it in understudy.yaml";
        var names = string.Join(' ', packages);
        if (!Users.IsRoot)
            return $"the app needs packages that this host lacks, and the agent is not root; run: sudo apt-get install -y --no-install-recommends -- {names}";
        var said = new AptMessages();
        void Heard(string text)
        {
            said.Take(text);
            line?.Invoke(text);
        }
        // What is there already is the host's to upgrade, and not a deploy's.
        var install = $"{Apt} --no-upgrade --no-install-recommends -o APT::Cmd::Pattern-Only=true install -- {names}";
        var first = await runner.Run(Order(install, log, within), Heard, cancellation);
        if (first.Good)
            return null;
        if (said.Remedy(Apt) is not { } remedy || within <= first.Took || cancellation.IsCancellationRequested)
            return Failed(names, first, said, log);
        said = new AptMessages();
        var second = await runner.Run(Order($"{remedy} && {install}", log, within - first.Took), Heard, cancellation);
        return second.Good ? null : Failed(names, second, said, log);
    }

    /// <summary>Those of the wanted names that a list of `STATUS tab PACKAGE tab PROVIDES` lines does not have as installed.</summary>
    public static IReadOnlyList<string> MissingFrom(string list, IReadOnlyList<string> wanted)
    {
        var installed = new HashSet<string>();
        foreach (var line in list.Split('\n'))
        {
            // `install ok installed`, and `hold ok installed` of one that is held.
            if (line.Split('\t') is not [var status, var package, var provides] || !status.EndsWith(" ok installed", StringComparison.Ordinal))
                continue;
            installed.Add(package);
            // name, name (= version), name:arch (= version)
            foreach (var provided in provides.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
                installed.Add(provided.Split(' ', ':')[0]);
        }
        return [.. wanted.Where(name => !installed.Contains(name)).Distinct()];
    }

    // Waits for another apt-get on this host, for 5 minutes at most.
    const string Apt = "apt-get -q -y -o DPkg::Lock::Timeout=300";

    CommandOrder Order(string command, string log, TimeSpan within) => new()
    {
        Id = $"{app}.packages",
        Command = command,
        Folder = "/",
        Env = Env,
        Log = log,
        Within = within,
    };

    static string Failed(string names, CommandResult result, AptMessages said, string log) =>
        $"cannot install {names}: {said.Error ?? result.How}; see {log}, or install them by hand, then deploy again";
}
