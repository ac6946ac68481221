using Understudy.Decisions.Sampling;
using Understudy.Decisions.Workers;
using Understudy.Linux;

namespace Understudy.Workers;

/// <summary>Whose the socket is that answers on a worker's port. Another server there would look just like the app.</summary>
sealed class PortHolder(IOwnership ownership)
{
    /// <param name="Listens">Somebody answers there, as far as the kernel tells.</param>
    /// <param name="Stranger">A process outside the worker that would get its requests, in words.</param>
    public readonly record struct Sight(bool Listens, string? Stranger);

    /// <summary>What the kernel does not tell (without root, of processes of other users) is taken for the worker's own.</summary>
    public Sight Look(Worker worker)
    {
        if (SocketDiag.Listeners() is not { } all)
            return new(true, null);
        var listeners = LoopbackListeners.Of(all, worker.Port);
        var held = new List<HeldSocket>();
        var sockets = new OpenSockets();
        foreach (var pid in ownership.Processes(worker.Id, worker.Pid))
        {
            // What may not be looked at may well hold it.
            if (!sockets.Collect(pid, held) && ProcessStat.Read(pid) is not null)
                return new(true, null);
        }
        foreach (var listener in listeners.Where(one => !held.Exists(own => own.Inode == one.Inode)))
        {
            var processes = new ProcessTable();
            var pid = SocketOwners.Holder(listener.Inode, processes);
            // Asked again: it may have been forked between the two looks.
            if (pid != 0 && !ownership.Processes(worker.Id, worker.Pid).Contains(pid) && processes.Living(pid) is { } stranger)
                return new(true, $"port {worker.Port} is held by {stranger.Name}, pid {pid}, which is not of this worker");
        }
        return new(listeners.Count > 0, null);
    }
}
