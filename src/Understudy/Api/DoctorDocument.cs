namespace Understudy.Api;

/// <summary>Answer of `doctor --json`.</summary>
/// <param name="Wrong">Whether there is an error or a warning.</param>
public sealed record DoctorDocument(bool Wrong, IReadOnlyList<FindingDocument> Findings);

/// <param name="Weight">error, warning or note.</param>
/// <param name="Page">Where it is described.</param>
public sealed record FindingDocument(string Kind, string Weight, string Says, string Evidence, string Fix, string Page);
