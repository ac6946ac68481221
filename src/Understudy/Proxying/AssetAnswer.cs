using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Net.Http.Headers;
using Understudy.Decisions.Proxying;
using Understudy.Linux;

namespace Understudy.Proxying;

/// <summary>A file as an answer. Conditions and ranges are ASP.NET's to work out.</summary>
internal static class AssetAnswer
{
    const string ForEver = "public, max-age=31536000, immutable";
    const string AskEachTime = "public, max-age=0, must-revalidate";

    /// <summary>Up to here a time is what archives write where they keep none: the first day of Unix, or of MS-DOS.</summary>
    static readonly DateTimeOffset noTime = new(1980, 1, 2, 0, 0, 0, TimeSpan.Zero);

    static readonly FileExtensionContentTypeProvider types = new();

    /// <param name="mark">Tells the release from others.</param>
    public static async Task Write(HttpContext context, string folder, string path, FileBeneath file, string mark)
    {
        var name = Path.GetFileName(path);
        if (!types.TryGetContentType(name, out var type)) type = "application/octet-stream";
        var headers = context.Response.Headers;
        headers.CacheControl = AssetName.HasFingerprint(name) ? ForEver : AskEachTime;
        if (IsText(type))
        {
            headers.Vary = HeaderNames.AcceptEncoding;
            file = Packed(context.Request, folder, path, file, out var encoding);
            if (encoding is not null) headers.ContentEncoding = encoding;
            if (type.StartsWith("text/", StringComparison.Ordinal)) type += "; charset=utf-8";
        }

        await Send(context, file, type, $"\"{mark}-{file.Length:x}-{file.Written.UtcTicks:x}\"");
    }

    static async Task Send(HttpContext context, FileBeneath file, string type, string tag)
    {
        using var opened = file;
        context.Features.Set<IServiceProvidersFeature>(Nothing.Logged);
        await using var stream = new FileStream(file.Handle, FileAccess.Read, bufferSize: 0);
        try
        {
            await TypedResults.Stream(stream, type, lastModified: file.Written < noTime ? null : file.Written,
                entityTag: new EntityTagHeaderValue(tag), enableRangeProcessing: true).ExecuteAsync(context);
        }
        // The client is gone, or the disk: either way there is nobody to tell.
        catch (IOException)
        {
            context.Abort();
        }
    }

    /// <summary>What compressing makes smaller, so that a build may have left a packed copy beside it.</summary>
    static bool IsText(string type) =>
        type.StartsWith("text/", StringComparison.Ordinal) || type.EndsWith("+xml", StringComparison.Ordinal) || type.EndsWith("json", StringComparison.Ordinal)
        || type is "application/javascript" or "application/xml" or "application/wasm" or "application/vnd.ms-fontobject" or "image/x-icon";

    static FileBeneath Packed(HttpRequest request, string folder, string path, FileBeneath plain, out string? encoding)
    {
        encoding = null;
        if (!StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptEncoding, out var accepted)) return plain;
        foreach (var (coding, extension) in (ReadOnlySpan<(string, string)>)[("br", ".br"), ("gzip", ".gz")])
        {
            if (!accepted.Any(one => one.Quality is not 0 && one.Value.Equals(coding, StringComparison.OrdinalIgnoreCase))
                || FileBeneath.Open(folder, path + extension) is not { } packed) continue;
            plain.Dispose();
            encoding = coding;
            return packed;
        }

        return plain;
    }

    /// <summary>ASP.NET's file results ask for a logger, and there is no hosting pipeline here to have one.</summary>
    sealed class Nothing : IServiceProvidersFeature, IServiceProvider
    {
        public static Nothing Logged { get; } = new();

        public IServiceProvider RequestServices
        {
            get => this;
            set => throw new NotSupportedException();
        }

        public object? GetService(Type serviceType) => serviceType == typeof(ILoggerFactory) ? NullLoggerFactory.Instance : null;
    }
}
