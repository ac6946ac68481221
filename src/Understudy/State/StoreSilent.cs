namespace Understudy.State;

/// <summary>The store did not answer within the deadline. Nothing is known of it, not even that it is down.</summary>
sealed class StoreSilent(string message) : Exception(message);
