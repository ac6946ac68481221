namespace Understudy.Bench;

sealed record Upstream(Child Process, int Port);
