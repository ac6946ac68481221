using Understudy.Decisions.Config;

namespace Understudy.Config.Init;

/// <summary>What an app's folder tells about how it runs. A Procfile and a former deployer's files come before guesses by language.</summary>
sealed class Findings
{
    readonly List<string> sentences = [];
    readonly List<FoundProcess> processes = [];
    readonly List<(string Command, string Why)> build = [];

    public Findings(AppFiles files)
    {
        Files = files;
        LookAtProcfile();
        FormerDeployer.Look(this);
        if (!(RubyApp.Look(this) || NodeApp.Look(this) || PythonApp.Look(this)))
            DotnetApp.Look(this);
    }

    public AppFiles Files { get; }
    public IReadOnlyList<string> Sentences => sentences;
    public IReadOnlyList<FoundProcess> Processes => processes;
    public IReadOnlyList<(string Command, string Why)> Build => build;
    public bool ByProcfile { get; private set; }
    public string? App { get; set; }
    public List<string> Domains { get; } = [];
    public (string Command, string Why)? Release { get; set; }
    public (string Path, string Why)? Ready { get; set; }
    public (string Path, string Why)? Assets { get; set; }

    /// <summary>Paths that outlive releases, each with why.</summary>
    public List<(string Path, string Why)> Shared { get; } = [];
    public List<(string Name, string Value, string Why)> Env { get; } = [];

    public void Say(string sentence) => sentences.Add(sentence);

    public void AddBuild(string command, string why) => build.Add((command, why));

    /// <summary>Adds a process that nothing before has given.</summary>
    public void Add(FoundProcess process)
    {
        if (!ByProcfile && processes.All(known => known.Name != process.Name) && Names.CheckProcess(process.Name) is null)
            processes.Add(process);
    }

    void LookAtProcfile()
    {
        if (Files.Text(AppConfigLoader.ProcfileName) is not { } text)
            return;
        foreach (var entry in Procfile.Read(text, "", new ConfigErrors()).Entries)
            if (entry.Key.Text != "release")
                Add(new FoundProcess(entry.Key.Text, ((ConfigScalar)entry.Value).Text, "from the Procfile"));
            else
                Release = (((ConfigScalar)entry.Value).Text, "from the Procfile");
        ByProcfile = processes.Count > 0;
        if (ByProcfile)
            Say($"a Procfile with {string.Join(", ", processes.Select(process => process.Name))}: it goes on giving the commands");
    }
}
