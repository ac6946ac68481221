using System.Text.Json;
using Understudy.Api;
using Understudy.Decisions.Config;
using Understudy.Decisions.Proxying;
using Understudy.Linux;
using Understudy.Proxying;
using Understudy.State;
using Understudy.Workers;

namespace Understudy.Tests;

/// <summary>Secrets as the agent takes them: what it answers and what it writes down holds no value.</summary>
public sealed class OperationsEnvTests : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly Database _database;
    readonly EventLog _events;
    readonly ProcessExits _exits = new();
    readonly ProxyKeeper _proxy;
    readonly Operations _operations;

    public OperationsEnvTests()
    {
        var paths = new Paths(_folder.Path);
        Directory.CreateDirectory(paths.Lib);
        _database = new Database(paths.State);
        _events = new EventLog(_database, TimeProvider.System);
        var ownership = new MarkerOwnership(Ownership.KeyOf(paths), "a test has no need of more");
        _proxy = new ProxyKeeper(paths, () => [], ownership, _exits, _events);
        var options = new AgentOptions(paths, new HostConfig(), [App("shop"), App("blog")], Foreground: false);
        var secrets = new AppSecrets(_database, new SecretBox(paths.SecretKey), TimeProvider.System);
        var pools = new HostedPools(new PoolParts(paths, ownership, _exits, new Ports(), new Ledger(_database), _events, new RoutePublisher(paths.Routes, RouteTable.Empty), secrets) { Stale = new StaleLedger(_database) });
        foreach (var app in options.Apps)
            pools.Show(app);
        _operations = new Operations(options, pools, _proxy, _events, ownership, new ReleaseLedger(_database), _ => null, secrets, null);
    }

    [Fact]
    public void No_answer_and_no_event_holds_a_value()
    {
        var said = _operations.ChangeEnv(new EnvRequest("shop", Values(("TOKEN", "s3cret"), ("ANOTHER", "s3cret")), [], "anna"));
        Assert.Equal("Set ANOTHER, TOKEN for shop.", said.Message);
        var changed = Assert.Single(_events.After(0, 10));
        Assert.Equal(("env.changed", "shop", "set ANOTHER, TOKEN for shop; its workers are replaced one at a time"), (changed.Kind, changed.App, changed.Message));
        var list = JsonSerializer.Serialize(_operations.Env("shop"), JsonDocuments.Readable.EnvDocument);
        var run = JsonSerializer.Serialize(_operations.Run("shop"), JsonDocuments.Readable.RunDocument);
        Assert.All((string[])[list, run], answer => Assert.Contains("\"TOKEN\"", answer, StringComparison.Ordinal));
        Assert.All((string[])[list, run, said.Message, changed.Message], answer => Assert.DoesNotContain("s3cret", answer, StringComparison.Ordinal));
    }

    [Fact]
    public void Setting_and_unsetting_go_together_and_each_app_has_its_own()
    {
        _operations.ChangeEnv(new EnvRequest("shop", Values(("OLD", "1")), [], "anna"));
        Assert.Equal("Set NEW and unset OLD for shop.", _operations.ChangeEnv(new EnvRequest("shop", Values(("NEW", "2")), ["OLD", "NEVER"], null)).Message);
        var left = Assert.Single(_operations.Env("shop").Secrets);
        Assert.Equal(("NEW", "unknown"), (left.Name, left.SetBy));
        Assert.Empty(_operations.Env("blog").Secrets);
    }

    [Fact]
    public void What_cannot_be_done_is_refused_and_changes_nothing()
    {
        Refused(new EnvRequest("shop", Values(), [], "anna"), RefusalKind.Invalid, "nothing to set");
        Refused(new EnvRequest("shop", Values(("A", "1")), ["A"], "anna"), RefusalKind.Invalid, "A is to be set and to be unset");
        Refused(new EnvRequest("shop", Values(), ["A", "B"], "anna"), RefusalKind.Unknown, "shop has no secret A or B");
        Refused(new EnvRequest("shop", Values(("A-B", "1")), [], "anna"), RefusalKind.Invalid, "is not a name");
        Refused(new EnvRequest("wiki", Values(("A", "1")), [], "anna"), RefusalKind.Unknown, "there is no app wiki");
        Refused(new EnvRequest(null, Values(("A", "1")), [], "anna"), RefusalKind.Invalid, "several apps");
        Assert.Empty(_operations.Env("shop").Secrets);
        Assert.Equal(0, _operations.NewestEvent);
    }

    public void Dispose()
    {
        _proxy.Dispose();
        _exits.Dispose();
        _database.Dispose();
        _folder.Dispose();
    }

    void Refused(EnvRequest request, RefusalKind kind, string sentence)
    {
        var refused = Assert.Throws<OperationRefused>(() => _operations.ChangeEnv(request));
        Assert.Equal(kind, refused.Kind);
        Assert.Contains(sentence, refused.Message, StringComparison.Ordinal);
    }

    static Dictionary<string, string> Values(params (string Name, string Value)[] pairs) => pairs.ToDictionary(pair => pair.Name, pair => pair.Value);

    HostedApp App(string name) => new(new AppConfig { App = name }, _folder.Path, null, "local");
}
