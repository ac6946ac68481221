using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Data.Sqlite;

namespace Understudy.State;

/// <summary>Deployed apps, their releases and deploys, written before and after each step, so that a killed agent's successor can finish or undo.</summary>
sealed class ReleaseLedger(Database database)
{
    const string ReleaseColumns = "app, name, made_at, made_by, git_commit, git_ref, artifact, bytes, state, reason, left_at";
    const string DeployColumns = "id, app, kind, release, previous, owner, reason, phase, phases, started_at, ended_at, outcome";

    public IReadOnlyList<LedgerApp> Apps() => database.Query(
        "SELECT app, current, target, maintenance_since, maintenance_retry FROM apps ORDER BY app",
        row => new LedgerApp(row.GetString(0), Text(row, 1), Text(row, 2), Time(row, 3), row.GetInt32(4)));

    public LedgerApp? App(string app) => Apps().FirstOrDefault(one => one.App == app);

    /// <summary>Which release its pools are told to run, and nothing else of it.</summary>
    public void WriteTarget(string app, string? target) => database.Execute(
        "INSERT INTO apps (app, target) VALUES ($app, $target) ON CONFLICT (app) DO UPDATE SET target = $target", ("$app", app), ("$target", target));

    /// <summary>Which release serves, and that its pools are told so.</summary>
    public void WriteCurrent(string app, string release) => database.Execute(
        "INSERT INTO apps (app, current, target) VALUES ($app, $release, $release) ON CONFLICT (app) DO UPDATE SET current = $release, target = $release", ("$app", app), ("$release", release));

    public void WriteMaintenance(string app, DateTimeOffset? since, int retry) => database.Execute(
        """
        INSERT INTO apps (app, maintenance_since, maintenance_retry) VALUES ($app, $since, $retry)
        ON CONFLICT (app) DO UPDATE SET maintenance_since = $since, maintenance_retry = $retry
        """,
        ("$app", app), ("$since", since?.ToUnixTimeMilliseconds()), ("$retry", retry));

    public void Together(Action writes) => database.Together(writes);

    public void Forget(string app) => database.Execute("DELETE FROM apps WHERE app = $app", ("$app", app));

    /// <summary>Newest first.</summary>
    public IReadOnlyList<LedgerRelease> Releases(string app) => database.Query(
        $"SELECT {ReleaseColumns} FROM releases WHERE app = $app ORDER BY name DESC", Release, ("$app", app));

    public LedgerRelease? Release(string app, string name) => database.Query(
        $"SELECT {ReleaseColumns} FROM releases WHERE app = $app AND name = $name", Release, ("$app", app), ("$name", name)).FirstOrDefault();

    public void Write(LedgerRelease release) => database.Execute(
        $"INSERT OR REPLACE INTO releases ({ReleaseColumns}) VALUES ($app, $name, $made, $by, $commit, $ref, $artifact, $bytes, $state, $reason, $left)",
        ("$app", release.App), ("$name", release.Name), ("$made", release.MadeAt.ToUnixTimeMilliseconds()), ("$by", release.MadeBy), ("$commit", release.Commit), ("$ref", release.Ref),
        ("$artifact", release.Artifact), ("$bytes", release.Bytes), ("$state", release.State.ToString()), ("$reason", release.Reason), ("$left", release.LeftAt?.ToUnixTimeMilliseconds()));

    public void Forget(string app, string release) => database.Execute("DELETE FROM releases WHERE app = $app AND name = $name", ("$app", app), ("$name", release));

    public LedgerDeploy Add(LedgerDeploy deploy)
    {
        var id = database.Query(
            """
            INSERT INTO deploys (app, kind, release, previous, owner, reason, phase, phases, started_at)
            VALUES ($app, $kind, $release, $previous, $owner, $reason, $phase, '[]', $started) RETURNING id
            """,
            row => row.GetInt64(0),
            ("$app", deploy.App), ("$kind", deploy.Kind), ("$release", deploy.Release), ("$previous", deploy.Previous), ("$owner", deploy.Owner), ("$reason", deploy.Reason),
            ("$phase", deploy.Phase), ("$started", deploy.StartedAt.ToUnixTimeMilliseconds()))[0];
        return deploy with { Id = id };
    }

    public void Write(LedgerDeploy deploy) => database.Execute(
        "UPDATE deploys SET phase = $phase, phases = $phases, ended_at = $ended, outcome = $outcome, reason = $reason WHERE id = $id",
        ("$phase", deploy.Phase), ("$phases", JsonSerializer.Serialize(deploy.Phases, JsonPhases.Default.IReadOnlyListPhaseTime)), ("$ended", deploy.EndedAt?.ToUnixTimeMilliseconds()),
        ("$outcome", deploy.Outcome), ("$reason", deploy.Reason), ("$id", deploy.Id));

    public LedgerDeploy? Deploy(long id) => database.Query($"SELECT {DeployColumns} FROM deploys WHERE id = $id", Deploy, ("$id", id)).FirstOrDefault();

    /// <summary>Those that an agent's end has cut off; the oldest first.</summary>
    public IReadOnlyList<LedgerDeploy> Unfinished() => database.Query($"SELECT {DeployColumns} FROM deploys WHERE ended_at IS NULL ORDER BY id", Deploy);

    /// <summary>The newest deploy of a release.</summary>
    public LedgerDeploy? DeployOf(string app, string release) => database.Query(
        $"SELECT {DeployColumns} FROM deploys WHERE app = $app AND release = $release AND kind = 'deploy' ORDER BY id DESC LIMIT 1", Deploy, ("$app", app), ("$release", release)).FirstOrDefault();

    static LedgerRelease Release(SqliteDataReader row) => new()
    {
        App = row.GetString(0),
        Name = row.GetString(1),
        MadeAt = Time(row, 2)!.Value,
        MadeBy = row.GetString(3),
        Commit = Text(row, 4),
        Ref = Text(row, 5),
        Artifact = Text(row, 6),
        Bytes = row.GetInt64(7),
        State = Enum.Parse<ReleaseState>(row.GetString(8)),
        Reason = Text(row, 9),
        LeftAt = Time(row, 10),
    };

    static LedgerDeploy Deploy(SqliteDataReader row) => new()
    {
        Id = row.GetInt64(0),
        App = row.GetString(1),
        Kind = row.GetString(2),
        Release = row.GetString(3),
        Previous = Text(row, 4),
        Owner = row.GetString(5),
        Reason = Text(row, 6),
        Phase = row.GetString(7),
        Phases = JsonSerializer.Deserialize(row.GetString(8), JsonPhases.Default.IReadOnlyListPhaseTime) ?? [],
        StartedAt = Time(row, 9)!.Value,
        EndedAt = Time(row, 10),
        Outcome = Text(row, 11),
    };

    static string? Text(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    static DateTimeOffset? Time(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(column));
}

[JsonSerializable(typeof(IReadOnlyList<PhaseTime>))]
sealed partial class JsonPhases : JsonSerializerContext;
