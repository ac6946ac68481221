namespace Understudy.Bench;

/// <summary>Who runs where: the proxy has a core to itself, and what asks and answers shares the other.</summary>
static class Cores
{
    public const int Loader = 0;
    public const int Proxy = 1;
}
