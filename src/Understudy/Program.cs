using Understudy;
using Understudy.Cli;
using Understudy.Linux;

// The two that start often and must start fast come before anything of the command line is built.
if (args is ["exec"])
    return ExecVerb.Run();
if (args is ["proxy", ..] && ProxyVerb.Quick(args) is { } options)
    return await Proxy.Run(options);

// Before the thread pool's first thread: an agent's work comes in small pieces, and threads that spin for the next one cost more than the work.
if (args is ["agent" or "up", ..])
    AppContext.SetData("System.Threading.ThreadPool.UnfairSemaphoreSpinLimit", 0);

return await CommandLine.Run(args, Screen.OfProcess());
