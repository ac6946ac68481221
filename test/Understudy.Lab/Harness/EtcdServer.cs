using Understudy.Fleet;

namespace Understudy.Lab.Harness;

/// <summary>One real etcd, with its own folder, timed as in a fleet.</summary>
sealed class EtcdServer : IDisposable
{
    readonly LabFolder _folder = new();
    readonly IReadOnlyList<string> _before;
    Started? _process;
    IReadOnlyList<string> _tls = [];

    /// <param name="address">Its own, on which ports are chosen.</param>
    /// <param name="before">The command that starts it, such as one that enters a namespace.</param>
    public EtcdServer(string name, string address = "127.0.0.1", IReadOnlyList<string>? before = null, (int Client, int Peer)? ports = null)
    {
        Name = name;
        Address = address;
        _before = before ?? [];
        var (client, peer) = ports ?? (Kernel.FreePort(), Kernel.FreePort());
        Client = new Uri($"http://{address}:{client}");
        Peer = new Uri($"http://{address}:{peer}");
    }

    public string Name { get; }

    public string Address { get; }

    public Uri Client { get; private set; }

    public Uri Peer { get; }

    public string Output => _process?.Output ?? "";

    string Data => _folder["data"];

    /// <summary>From its next start on it takes clients of this fleet only.</summary>
    public void Secure(FleetAuthority fleet, string host)
    {
        var (key, request) = HostIdentity.Ask(host);
        File.WriteAllText(_folder["key.pem"], key);
        File.WriteAllText(_folder["host.pem"], fleet.Issue(request, host, [System.Net.IPAddress.Parse(Address)], TimeProvider.System));
        File.WriteAllText(_folder["fleet.pem"], fleet.CertificatePem);
        _tls = ["--cert-file", _folder["host.pem"], "--key-file", _folder["key.pem"], "--trusted-ca-file", _folder["fleet.pem"], "--client-cert-auth"];
        Client = new UriBuilder(Client) { Scheme = "https" }.Uri;
    }

    public void Start(IEnumerable<EtcdServer> cluster, bool existing = false)
    {
        string[] command =
        [
            .. _before, "etcd", "--name", Name, "--data-dir", Data, "--logger", "zap", "--log-level", "warn", "--heartbeat-interval", "50", "--election-timeout", "500",
            "--listen-client-urls", Url(Client), "--advertise-client-urls", Url(Client), "--listen-peer-urls", Url(Peer), "--initial-advertise-peer-urls", Url(Peer),
            "--initial-cluster", string.Join(',', cluster.Select(one => $"{one.Name}={Url(one.Peer)}")), "--initial-cluster-state", existing ? "existing" : "new", .. _tls,
        ];
        _process = new Started(command[0], command[1..], _folder.Path);
    }

    public void Freeze() => Kernel.Freeze(_process!.Process.Id);

    public void Thaw() => Kernel.Thaw(_process!.Process.Id);

    public void Kill()
    {
        _process?.Dispose();
        _process = null;
    }

    public void Dispose()
    {
        Kill();
        _folder.Dispose();
    }

    static string Url(Uri address) => address.GetLeftPart(UriPartial.Authority);
}
