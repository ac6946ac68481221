using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Understudy.Linux;

static class Errno
{
    public const int Perm = 1;
    public const int NoEntry = 2;
    public const int NoProcess = 3;
    public const int Interrupted = 4;
    public const int Again = 11;
    public const int Access = 13;
    public const int IsFolder = 21;
    public const int NoSpace = 28;
    public const int ReadOnly = 30;

    const int QuotaExceeded = 122;

    /// <summary>The disk, or the user's share of it, is full.</summary>
    public static bool IsFullDisk(IOException failure) => failure.HResult is NoSpace or QuotaExceeded;

    public static int Last => Marshal.GetLastPInvokeError();

    public static string Text(int error) => Marshal.GetPInvokeErrorMessage(error);

    public static Win32Exception Failure(string what) => new(Last, $"{what}: {Text(Last)}");
}
