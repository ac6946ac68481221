namespace Understudy.Fleet;

/// <summary>What can be done to a host of a lab.</summary>
enum LabFault
{
    /// <summary>Every process stands still; the kernel still takes connections, as on a machine that has locked up.</summary>
    Freeze,

    /// <summary>As when its power fails: every process is gone, and nothing on the network answers for it.</summary>
    Kill,

    /// <summary>Off the network, and running.</summary>
    Cut,

    /// <summary>What it sends arrives, and nothing reaches it.</summary>
    OneWay,

    /// <summary>Its part of the fleet's store reaches nobody and is reached by nobody; all else goes on.</summary>
    CutEtcd,

    /// <summary>It gets a tenth of the processor's time, in turns.</summary>
    Starve,
}
