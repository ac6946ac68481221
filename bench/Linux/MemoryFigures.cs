namespace Understudy.Bench.Linux;

readonly record struct MemoryFigures(double RssMb, double PssMb);
