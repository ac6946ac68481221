namespace Understudy;

/// <summary>Where this host's files are: /etc/understudy, /var/lib/understudy and /run/understudy, or all under one root.</summary>
public sealed class Paths
{
    /// <param name="root">Null: the system's own places. Else everything lies under this folder.</param>
    public Paths(string? root)
    {
        Root = root is null ? null : Path.GetFullPath(root);
        Etc = Root is null ? "/etc/understudy" : Path.Combine(Root, "etc");
        Lib = Root is null ? "/var/lib/understudy" : Path.Combine(Root, "lib");
        Run = Root is null ? "/run/understudy" : Path.Combine(Root, "run");
        Logs = Root is null ? "/var/log/understudy" : Path.Combine(Root, "log");
    }

    public string? Root { get; }
    public string Etc { get; }
    public string Lib { get; }
    public string Run { get; }
    public string Logs { get; }

    public string AgentConfig => Path.Combine(Etc, "agent.yaml");
    public string State => Path.Combine(Lib, "state.db");

    /// <summary>Takes the ledger of workers while the disk of <see cref="State"/> is full.</summary>
    public string LedgerAside => Path.Combine(Run, "ledger.db");

    public string AgentSocket => Path.Combine(Run, "agent.sock");
    public string AgentLock => Path.Combine(Run, "agent.lock");

    /// <summary>The route table: written by the agent, read by the proxy.</summary>
    public string Routes => Path.Combine(Run, "routes.json");

    /// <summary>The control socket of the proxy that holds the listeners. A new proxy renames its own over it.</summary>
    public string ProxySocket => Path.Combine(Run, "proxy.sock");

    /// <summary>How many requests the proxy is to shed: written by the agent's memory guard, read by the proxy.</summary>
    public string Shedding => Path.Combine(Run, "shedding");

    /// <summary>A folder of notes on what was ended by hand, until the agent has told of it.</summary>
    public string Reaped => Path.Combine(Run, "reaped");

    public string AccessLog => Path.Combine(Logs, "access.log");

    /// <summary>The key that app secrets are encrypted with, for its owner only.</summary>
    public string SecretKey => Path.Combine(Lib, "secret.key");

    /// <summary>The certificate that the agent made for its API, and its private key, for its owner only.</summary>
    public string ApiCertificate => Path.Combine(Lib, "api.pem");

    /// <summary>What this host is in its fleet, for the agent's user only: fleet.json, host.pem with its certificate and key, ca.pem, authority.sealed. Without fleet.json it is in none.</summary>
    public string Fleet => Path.Combine(Lib, "fleet");

    /// <summary>This host's part of the fleet's store, for etcd's user only.</summary>
    public string Etcd => Path.Combine(Lib, "etcd");

    public string EtcdLog => Path.Combine(Logs, "etcd.log");

    /// <summary>All that belongs to a deployed app: releases/, current, shared/, artifacts/, source/, home/ and revisions.log.</summary>
    public string AppFolder(string app) => Path.Combine(Lib, "apps", app);

    /// <summary>Logs of a deployed app's builds, release commands and scheduled commands.</summary>
    public string DeployLogs(string app) => Path.Combine(Logs, "deploys", app);

    /// <summary>Live log of a worker; its archives lie beside it.</summary>
    public string WorkerLog(string workerId) => Path.Combine(Logs, "workers", workerId + ".log");
}
