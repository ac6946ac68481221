namespace Understudy.Config.Init;

/// <summary>ASP.NET apps.</summary>
static class DotnetApp
{
    public static void Look(Findings found)
    {
        var web = found.Files.Ending(".csproj").FirstOrDefault(project => found.Files.Text(project)?.Contains("Microsoft.NET.Sdk.Web", StringComparison.Ordinal) == true);
        if (web is null)
            return;
        found.Say($"an ASP.NET app ({web})");
        found.Add(new FoundProcess("web", $"dotnet run --project {web} -c Release --no-launch-profile", $"{web} is a web project; ASP.NET takes its port from ASPNETCORE_HTTP_PORTS, which is set",
            (100, "ASP.NET answers many requests at a time")));
        found.AddBuild($"dotnet build {web} -c Release", $"there is a {web}");
    }
}
