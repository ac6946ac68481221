using System.Runtime.InteropServices;

namespace Understudy.Bench;

/// <summary>Ctrl-C, TERM or HUP: what was started is stopped, then this process ends.</summary>
sealed class Interruption : IDisposable
{
    readonly List<PosixSignalRegistration> _signals = [];

    public Interruption(Children children)
    {
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP])
            _signals.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                children.Dispose();
                Console.Error.WriteLine("bench: interrupted; everything that it started is stopped");
                Environment.Exit(130);
            }));
    }

    public void Dispose() => _signals.ForEach(signal => signal.Dispose());
}
