namespace Understudy.Decisions.Proxying;

/// <summary>Files that the proxy answers itself, from one live release.</summary>
/// <param name="Folder">The release's folder, absolute and free of symlinks.</param>
/// <param name="Pattern">The app's `assets:` value: <see cref="AssetPattern"/>.</param>
public sealed record AssetRoute(string Folder, string Pattern);
