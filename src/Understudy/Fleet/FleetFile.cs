using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Understudy.Linux;

namespace Understudy.Fleet;

/// <summary>What this host is in its fleet, as it must be known before anything of the fleet answers.</summary>
sealed record FleetFile
{
    /// <summary>Where agents talk to one another.</summary>
    public const int AgentPort = 7445;

    /// <summary>Where proxies pass requests on.</summary>
    public const int HopPort = 7444;

    /// <summary>etcd's own for its clients and its members.</summary>
    public const int StorePort = 2379, StorePeerPort = 2380;

    public required string Host { get; init; }

    /// <summary>The IP address at which the other hosts reach this one.</summary>
    public required string Address { get; init; }

    /// <summary>It is there for the store alone, and serves no app.</summary>
    public bool Witness { get; init; }

    /// <summary>Its store has not answered yet for the first time.</summary>
    public bool Founding { get; init; }

    /// <summary>How often the store was begun anew by `fleet recover`: what was kept under a lower one is worth nothing.</summary>
    public int Epoch { get; init; }

    /// <summary>The addresses of the hosts that keep the store, as last known.</summary>
    public IReadOnlyList<string> Keepers { get; init => field = value ?? []; } = [];

    public Uri StoreAddress => StoreAddressOf(Address);

    public Uri PeerAddress => new($"https://{At(Address, StorePeerPort)}");

    public static Uri StoreAddressOf(string address) => new($"https://{At(address, StorePort)}");

    /// <summary>An address and a port as one text; IPv6 in brackets.</summary>
    public static string At(string address, int port) => new IPEndPoint(IPAddress.Parse(address), port).ToString();

    /// <summary>Null: this host is in no fleet.</summary>
    /// <exception cref="OperationRefused">It is there and cannot be read.</exception>
    public static FleetFile? Read(Paths paths)
    {
        var path = PathOf(paths);
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllBytes(path), JsonFleet.Default.FleetFile) : null;
        }
        catch (Exception damaged) when (damaged is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new OperationRefused($"{path}, which says what this host is in its fleet, cannot be read: {damaged.Message}. Restore it, or remove the folder {paths.Fleet} and let the host join again");
        }
    }

    public void Write(Paths paths) => Files.Replace(PathOf(paths), JsonSerializer.SerializeToUtf8Bytes(this, JsonFleet.Default.FleetFile));

    public static void Remove(Paths paths) => File.Delete(PathOf(paths));

    static string PathOf(Paths paths) => Path.Combine(paths.Fleet, "fleet.json");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(FleetFile))]
[JsonSerializable(typeof(HostRecord))]
[JsonSerializable(typeof(HostBeat))]
[JsonSerializable(typeof(DrainRecord))]
[JsonSerializable(typeof(RemovalRecord))]
[JsonSerializable(typeof(JoinRequest))]
[JsonSerializable(typeof(JoinAnswerDocument))]
[JsonSerializable(typeof(RenewRequest))]
[JsonSerializable(typeof(RenewAnswer))]
[JsonSerializable(typeof(EpochAnswer))]
sealed partial class JsonFleet : JsonSerializerContext;
