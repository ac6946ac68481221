using System.Diagnostics.CodeAnalysis;

namespace Understudy.Decisions.Config.Rules;

/// <summary>A rule for values that are one word or text.</summary>
public abstract class ScalarRule<T> : Rule<T>
{
    public sealed override bool Bind(ConfigNode node, string path, ConfigErrors errors, [MaybeNullWhen(false)] out T value)
    {
        value = default;
        if (node is not ConfigScalar { IsNothing: false } scalar)
            return Refuse(node, path, errors);
        if (Read(scalar, out value) is not { } complaint)
            return true;
        errors.Add(node.Place, path, complaint.Message, complaint.Suggestion);
        return false;
    }

    /// <summary>Null, and a value; or what is wrong with the text.</summary>
    protected abstract Complaint? Read(ConfigScalar scalar, out T value);

    protected Complaint Unexpected(ConfigScalar scalar, string? suggestion = null) =>
        new($"expected {Expected}, found {Shown(scalar.Text)}", suggestion);
}

/// <param name="Suggestion">What to write instead.</param>
public sealed record Complaint(string Message, string? Suggestion = null);
