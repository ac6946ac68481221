using System.Globalization;
using Understudy.Decisions.Config;
using Understudy.Decisions.Sampling;

namespace Understudy.Cli;

/// <summary>What `up` was asked for.</summary>
/// <param name="Folders">Empty: the current one.</param>
/// <param name="Command">The web process's command; null: what the folder's files say.</param>
/// <param name="Guard">off, report or act; null: act.</param>
/// <param name="Memory">A size such as 2GB that all workers together may take; null: what the host has.</param>
internal sealed record UpRequest(IReadOnlyList<string> Folders, int? Port, IReadOnlyList<string> Listen, string? Root, bool AccessLog, string? Metrics, string? Command, string? Guard = null, string? Memory = null);

/// <summary>Turns what `up` was asked for into what the agent is started with.</summary>
internal static class UpPlan
{
    public const int DefaultPort = 8080;

    /// <param name="current">The current folder.</param>
    /// <exception cref="CommandFailed">The flags or an app's configuration are wrong.</exception>
    public static AgentOptions Make(UpRequest request, string current)
    {
        IReadOnlyList<string> folders = request.Folders.Count == 0 ? [current] : [.. request.Folders.Select(folder => Path.GetFullPath(folder, current))];
        Check(request, folders);
        var host = new HostConfig { Listen = Listen(request), Metrics = request.Metrics, AccessLog = request.AccessLog, Guard = Guard(request) ?? GuardMode.Act, MemoryBytes = Memory(request).Bytes };
        var apps = request.Command is { } command ? [ByCommand(folders[0], command)] : HostedApps.ReadAsCaller(folders);
        var root = request.Root is { } named ? Path.GetFullPath(named, current) : Path.Combine(folders.Count == 1 ? folders[0] : current, AgentPlace.FolderName);
        return new AgentOptions(new Paths(root), host, apps, Foreground: true);
    }

    static void Check(UpRequest request, IReadOnlyList<string> folders)
    {
        var errors = new List<string>();
        if (request.Port is < 1 or > 65535)
            errors.Add("--port takes a number from 1 to 65535.");
        if (request.Port is not null && request.Listen.Count > 0)
            errors.Add("--port and --listen say the same; give one of them.");
        errors.AddRange(request.Listen.Select(listen => (listen, Wrong: Names.CheckListen(listen))).Where(one => one.Wrong is not null)
            .Select(one => $"--listen: {one.Wrong}; write an address such as http://0.0.0.0:8080."));
        if (request.Metrics is { } metrics && Names.CheckEndpoint(metrics) is { } wrong)
            errors.Add($"--metrics: {wrong}; write an address and port such as 127.0.0.1:9464.");
        if (Guard(request) is null)
            errors.Add($"--guard takes {string.Join(", ", HostKeys.GuardModes)}.");
        if (Memory(request).Wrong is { } size)
            errors.Add($"--memory {size}");
        if (request.Command is not null && string.IsNullOrWhiteSpace(request.Command))
            errors.Add("--command is empty; write the command that starts the web server, such as --command 'bin/web -p $PORT'.");
        if (request.Command is not null && folders.Count > 1)
            errors.Add("--command describes one app; give one folder with it.");
        if (request.Command is not null)
            errors.AddRange(folders.Where(folder => !Directory.Exists(folder)).Select(folder => $"{folder}: there is no such folder; name the app's folder."));
        if (errors.Count > 0)
            throw HostedApps.Wrong(errors);
    }

    static GuardMode? Guard(UpRequest request) => HostKeys.ParseGuard(request.Guard ?? "act");

    static (long? Bytes, string? Wrong) Memory(UpRequest request) => request.Memory is { } text ? HostKeys.ParseMemory(text) : (null, null);

    // Loopback unless asked otherwise: what is started at a desk is not for the whole network.
    static IReadOnlyList<string> Listen(UpRequest request) =>
        request.Listen.Count > 0 ? request.Listen : [string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{request.Port ?? DefaultPort}")];

    static HostedApp ByCommand(string folder, string command)
    {
        var isThere = File.Exists(Path.Combine(folder, "understudy.yaml")) || File.Exists(Path.Combine(folder, "Procfile"));
        var config = isThere ? HostedApps.ReadAsCaller([folder])[0].Config : new AppConfig { App = Names.FromFolder(folder) };
        var web = config.Processes.FirstOrDefault(process => process.TakesRequests) ?? new ProcessConfig { Name = "web", Command = command, MinWorkers = 2, MaxWorkers = 2 };
        IReadOnlyList<ProcessConfig> processes = [web with { Command = command }, .. config.Processes.Where(process => !process.TakesRequests)];
        return new HostedApp(config with { Processes = processes }, HostedApps.Resolved(folder), null, HostedApp.Local);
    }
}
