using System.Net;
using System.Runtime.CompilerServices;
using System.Text;

namespace Shop;

/// <summary>Markup that is safe to send. What is put into an interpolated string is encoded, unless it is markup already.</summary>
internal readonly record struct Html(string Text)
{
    public static readonly Html Empty = new("");

    public static Html Of(Interpolation markup) => new(markup.ToString());

    public static Html Each<T>(IEnumerable<T> items, Func<T, Html> render) => new(string.Concat(items.Select(item => render(item).Text)));

    public override string ToString() => Text;

    [InterpolatedStringHandler]
    internal readonly struct Interpolation(int literalLength, int formattedCount)
    {
        private readonly StringBuilder _text = new(literalLength + formattedCount * 16);

        public void AppendLiteral(string literal) => _text.Append(literal);

        public void AppendFormatted(Html markup) => _text.Append(markup.Text);

        public void AppendFormatted(string? value) => _text.Append(WebUtility.HtmlEncode(value));

        public void AppendFormatted(int value) => _text.Append(value);

        public void AppendFormatted(long value) => _text.Append(value);

        public override string ToString() => _text.ToString();
    }
}
