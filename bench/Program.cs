using Understudy.Bench;

var options = BenchOptions.Parse(args);
if (options is null)
{
    Console.Error.WriteLine(BenchOptions.Usage);
    return 2;
}
using var children = new Children();
using var interruption = new Interruption(children);
try
{
    return options.Name switch
    {
        "deploy" => new DeployBench(options, children).Run(),
        "processes" => new ProcessesBench(options, children).Run(),
        "fleet" => new FleetBench(options, children).Run(),
        _ => new ProxyBench(options, children).Run(),
    };
}
catch (BenchFailure failure)
{
    Console.Error.WriteLine($"bench: {failure.Message}");
    return 1;
}
