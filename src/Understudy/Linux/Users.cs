using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Understudy.Linux;

/// <summary>A user of this host.</summary>
sealed record User(string Name, uint Id, uint Group, string Home);

static unsafe partial class Users
{
    // libc has one entry for all threads.
    static readonly Lock Entries = new();

    public static bool IsRoot => geteuid() == 0;

    public static User? Current => ById(geteuid());

    public static User? Find(string name)
    {
        lock (Entries)
            return Convert(getpwnam(name));
    }

    /// <summary>The owner of a file or folder; null when it is gone or its owner has no name here.</summary>
    public static User? OwnerOf(string path)
    {
        // struct statx: stx_uid lies at offset 20 on every architecture.
        var buffer = stackalloc byte[256];
        const int AtCurrentFolder = -100;
        const uint WantUser = 0x8;
        return statx(AtCurrentFolder, path, 0, WantUser, buffer) == 0 ? ById(*(uint*)(buffer + 20)) : null;
    }

    /// <summary>Drops to this user for good: groups, group, user, in this order.</summary>
    /// <exception cref="Win32Exception">There is no such user, or the kernel refuses.</exception>
    public static void Become(string name)
    {
        if (Find(name) is not { } user)
            throw new Win32Exception(Errno.NoEntry, $"there is no user {name} on this host; create it, or name another in agent.yaml");
        if (user.Id == geteuid())
            return;
        if (initgroups(name, user.Group) != 0 || setgid(user.Group) != 0 || setuid(user.Id) != 0)
            throw Errno.Failure($"cannot become user {name}");
    }

    /// <summary>Gives a file or folder to a user.</summary>
    public static void Give(string path, User user)
    {
        if (chown(path, user.Id, user.Group) != 0)
            throw Errno.Failure($"cannot give {path} to {user.Name}");
    }

    /// <summary>Lets a user's group have a file or folder; its owner stays.</summary>
    public static void GiveToGroup(string path, User user)
    {
        if (chown(path, uint.MaxValue, user.Group) != 0)
            throw Errno.Failure($"cannot give {path} to the group of {user.Name}");
    }

    /// <summary>Gives what lies at a path itself, a link and not what it leads to.</summary>
    public static void GiveItself(string path, User user)
    {
        if (lchown(path, user.Id, user.Group) != 0)
            throw Errno.Failure($"cannot give {path} to {user.Name}");
    }

    static User? ById(uint id)
    {
        lock (Entries)
            return Convert(getpwuid(id));
    }

    static User? Convert(Entry* entry) => entry is null
        ? null
        : new User(Marshal.PtrToStringUTF8((nint)entry->Name)!, entry->User, entry->Group, Marshal.PtrToStringUTF8((nint)entry->Home) ?? "/");

    // struct passwd, filled by libc.
#pragma warning disable CS0649
    struct Entry
    {
        public byte* Name;
        public byte* Password;
        public uint User;
        public uint Group;
        public byte* Gecos;
        public byte* Home;
        public byte* Shell;
    }
#pragma warning restore CS0649

    [LibraryImport("libc")]
    private static partial uint geteuid();

    [LibraryImport("libc")]
    private static partial Entry* getpwuid(uint id);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial Entry* getpwnam(string name);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int initgroups(string name, uint group);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setgid(uint group);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setuid(uint user);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int chown(string path, uint user, uint group);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int lchown(string path, uint user, uint group);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(int folder, string path, int flags, uint mask, byte* buffer);
}
