namespace Understudy.Decisions.Doctor;

/// <summary>Something that the examination found.</summary>
/// <param name="Kind">One of <see cref="FindingKinds"/>; docs/doctor has a page of that name.</param>
/// <param name="Says">What is wrong and what follows from it, in a sentence.</param>
/// <param name="Evidence">What was seen, with its figures.</param>
/// <param name="Fix">The smallest thing that mends it.</param>
public sealed record Finding(string Kind, Weight Weight, string Says, string Evidence, string Fix);
