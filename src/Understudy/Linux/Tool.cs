using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Understudy.Linux;

/// <summary>A program that is run to its end for its output: no shell, no terminal, always a deadline.</summary>
sealed record Tool(string Program, IReadOnlyList<string> Arguments)
{
    const int ErrorsKept = 8_192;

    public required string Folder { get; init; }

    /// <summary>Killed with all its children then.</summary>
    public required TimeSpan Within { get; init; }

    /// <summary>Over this process's own; null takes a variable away.</summary>
    public IReadOnlyDictionary<string, string?> Env { get; init; } = new Dictionary<string, string?>();

    /// <param name="read">Takes the output, to its end.</param>
    /// <param name="write">Feeds the input while the output is read; without it the input is empty.</param>
    /// <exception cref="ToolMissing">It is not installed, or cannot be run.</exception>
    /// <exception cref="OperationCanceledException">It was killed, for it was not wanted any more.</exception>
    public ToolEnd Run(Action<Stream> read, CancellationToken cancellation, Action<Stream>? write = null)
    {
#pragma warning disable RS0030 // This is the place that the rule speaks of.
        using var process = Start();
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        late.CancelAfter(Within);
        using var killing = late.Token.Register(() => Kill(process));
        try
        {
            var errors = Task.Run(() => LastOf(process.StandardError.BaseStream), CancellationToken.None);
            var feeding = Task.Run(() => Feed(process.StandardInput.BaseStream, write), CancellationToken.None);
            read(process.StandardOutput.BaseStream);
            process.WaitForExit();
            feeding.Wait(CancellationToken.None);
            // A daemon that the program left behind (ssh's connection sharing) may hold the pipe open for ever.
            var said = errors.Wait(TimeSpan.FromSeconds(1), CancellationToken.None) ? errors.Result : "";
            cancellation.ThrowIfCancellationRequested();
            return new ToolEnd(process.ExitCode, said, late.IsCancellationRequested);
        }
        catch (Exception) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
        finally
        {
            Kill(process);
        }
    }

    Process Start()
    {
        var start = new ProcessStartInfo(Program, Arguments) { WorkingDirectory = Folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in Env)
            if (value is null)
                start.Environment.Remove(name);
            else
                start.Environment[name] = value;
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception failure)
        {
            throw new ToolMissing(Program, failure.NativeErrorCode == Errno.NoEntry ? "it is not installed" : failure.Message);
        }
    }

    static void Kill(Process process)
    {
        try
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
        // It ended at this very moment, or one of its children did.
        catch (Exception gone) when (gone is InvalidOperationException or Win32Exception or AggregateException)
        {
        }
    }
#pragma warning restore RS0030

    static void Feed(Stream input, Action<Stream>? write)
    {
        try
        {
            using (input)
                write?.Invoke(input);
        }
        // A program that ends before it has read all says why by its exit and its errors.
        catch (IOException)
        {
        }
    }

    static string LastOf(Stream errors)
    {
        var kept = new byte[2 * ErrorsKept];
        var length = 0;
        for (int read; (read = errors.Read(kept, length, kept.Length - length)) > 0;)
        {
            length += read;
            if (length < kept.Length)
                continue;
            kept.AsSpan(ErrorsKept).CopyTo(kept);
            length = ErrorsKept;
        }
        return Encoding.UTF8.GetString(kept, 0, length);
    }
}

/// <summary>How a program ended.</summary>
/// <param name="Errors">The end of what it wrote to its standard error.</param>
/// <param name="TimedOut">It was killed at its deadline.</param>
readonly record struct ToolEnd(int ExitCode, string Errors, bool TimedOut)
{
    public bool Good => ExitCode == 0 && !TimedOut;
}

/// <summary>A program that cannot be started.</summary>
sealed class ToolMissing(string program, string reason) : Exception($"{program} cannot be run: {reason}");
