using System.Net.Security;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Understudy.Decisions.Proxying;

namespace Understudy.Proxying;

/// <summary>The certificates of the routes' apps: chosen by the name that a client asks for, and looked at once a second for new files.</summary>
internal sealed class Certificates : IDisposable
{
    static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    static readonly TimeSpan HandshakeWithin = TimeSpan.FromSeconds(10);

    readonly TextWriter errors;
    readonly Lock gate = new();
    readonly ITimer timer;
    Choice choice = new(new DomainTable([]), []);

    public Certificates(TimeProvider time, TextWriter errors)
    {
        this.errors = errors;
        timer = time.CreateTimer(_ => Refresh(), null, LookEvery, LookEvery);
    }

    /// <summary>A new route table is in force. Certificates that stay the same are not read again.</summary>
    public void Use(RouteTable routes)
    {
        lock (gate)
        {
            var known = choice.Files.ToList();
            var apps = routes.Apps.Where(a => a.CertificatePath is not null).ToList();
            choice = new Choice(new DomainTable([.. apps.Select(a => a.Domains)]), [.. apps.Select(a => File(a, known))]);
        }

        Refresh();
    }

    /// <summary>The named app's certificate; else the one of the app for all other names; else any: a warning shows a visitor more than a broken connection. Null: none could be loaded.</summary>
    public SslServerAuthenticationOptions? For(string? serverName)
    {
        var now = Volatile.Read(ref choice);
        return Loaded(now.Domains.Find(serverName)) ?? Loaded(now.Domains.Find("")) ?? Array.Find(now.Files, f => f.Options is not null)?.Options;

        SslServerAuthenticationOptions? Loaded(int app) => app < 0 ? null : now.Files[app].Options;
    }

    public void UseHttps(ListenOptions listen) => listen.UseHttps(new TlsHandshakeCallbackOptions
    {
        HandshakeTimeout = HandshakeWithin,
        OnConnection = async hello =>
        {
            // The private key's work (1 ms for RSA) comes next. It goes to the pool: this thread serves every other connection too.
            await Task.Yield();
            return For(hello.ClientHelloInfo.ServerName) ?? throw new InvalidOperationException("No app has a certificate that could be loaded.");
        },
    });

    public void Dispose() => timer.Dispose();

    void Refresh()
    {
        lock (gate)
            foreach (var file in choice.Files.Distinct())
                if (file.Refresh() is { } sentence) errors.WriteLine(sentence);
    }

    static CertificatesFile File(AppRoute app, List<CertificatesFile> known)
    {
        var file = known.Find(k => k.CertificatePath == app.CertificatePath && k.KeyPath == app.KeyPath);
        if (file is not null) return file;
        file = new CertificatesFile(app.CertificatePath!, app.KeyPath);
        known.Add(file);
        return file;
    }

    sealed record Choice(DomainTable Domains, CertificatesFile[] Files);
}
