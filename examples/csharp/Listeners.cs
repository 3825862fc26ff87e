using System;
using System.Runtime.InteropServices;
using VMEvents.Interop;

// What Advise is given. A class that implements an event interface is a listener for it, and for it alone: a source may ask
// for IDispatch, of which a class has one. What it has no use for it leaves empty. Exceptions would go back to the source,
// which takes no notice.

/// <summary>Hears what happens to a machine.</summary>
[ComVisible(true)]
[ClassInterface(ClassInterfaceType.None)]
public sealed class MachineListener : IVMVirtualMachineEvents
{
    private readonly string name;

    public MachineListener(string name)
    {
        this.name = name;
    }

    public void OnStateChange(VMVMState state) => Say($"the machine is now {state}");

    public void OnRequestShutdown() => Say("the guest has been asked to shut down");

    public void OnReset() => Say("reset");

    public void OnTripleFault() => Say("a triple fault");

    public void OnHeartbeatStopped() => Say("no sign of life");

    public void OnConfigurationChanged(string key, object data) => Say($"{key} is now {data} ({data?.GetType().Name})");

    public void OnEnhancedVideoModeChanged(bool enhanced) => Say($"enhanced video: {enhanced}");

    public void OnAdditionsUninstalled() => Say("integration components have gone");

    public void OnAdditionsAvailable() => Say("integration components are there");

    public void OnGuestShutdown() => Say("the guest has shut down");

    public void OnGuestLogoff(VMLogoffType type) => Say($"a user was logged off: {type}");

    public void OnDiskOutOfSpace(bool critical) => Say(critical ? "make room on the disk, at once" : "make room on the disk");

    private void Say(string text) => Console.WriteLine($"{name}: {text}");
}

/// <summary>Hears what happens to a machine's DVD drive.</summary>
[ComVisible(true)]
[ClassInterface(ClassInterfaceType.None)]
public sealed class DriveListener : IVMDVDDriveEvents
{
    public void OnMediaInsert(string path) => Console.WriteLine($"{path} is in the drive");

    public void OnMediaEject(string path) => Console.WriteLine($"{path} is out of the drive");
}
