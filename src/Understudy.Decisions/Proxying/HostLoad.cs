namespace Understudy.Decisions.Proxying;

/// <summary>What is known of a host when a request looks for one.</summary>
/// <param name="Usable">It takes requests of the app now.</param>
/// <param name="Outstanding">Requests of the app inside it or waiting there.</param>
/// <param name="Slots">Requests of the app that it can work on at a time.</param>
public readonly record struct HostLoad(bool Usable, int Outstanding, int Slots);
