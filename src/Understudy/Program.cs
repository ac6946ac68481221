using Understudy;
using Understudy.Cli;
using Understudy.Linux;

// The two that start often and must start fast come before anything of the command line is built.
if (args is ["exec"])
    return ExecVerb.Run();
if (args is ["proxy", ..] && ProxyVerb.Quick(args) is { } options)
    return await Proxy.Run(options);

return await CommandLine.Run(args, Screen.OfProcess());
