// Hears a machine's events: by handlers at the sink, by Advise at the machine and at the sink, and without any interface.
//
//     dotnet run
using System;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Threading;
using VMEvents.Interop;

public static class Program
{
    private const string MachineName = "C# example";

    // Main is in the multithreaded apartment unless it says [STAThread]: listeners and handlers run on threads of COM's and
    // the thread pool's, whatever this thread does, so all that is left to do is wait until they have heard everything.
    [MTAThread]
    public static int Main()
    {
        var host = new VMEventHost();
        IVMEventMachine machine = host.CreateMachine(MachineName);

        try
        {
            foreach (IVMEventMachine each in host.Machines)
                Console.WriteLine($"machine: {each.Name}, {each.State}");
            HearByHandlers(machine);
            HearInSingleThreadedApartment();
            HearByAdviseAtMachine(machine);
            HearByAdviseAtSink(machine);
            HearWithoutInterfaces(machine);
            MakeMistakes(machine);
        }
        finally
        {
            host.RemoveMachine(MachineName);
        }
        return 0;
    }

    private static void HearByHandlers(IVMEventMachine machine)
    {
        var sink = new VMEventSink();
        var logoffs = new Logoffs();

        Console.WriteLine("handlers:");
        sink.Subscribe("*", new Printer());
        sink.Subscribe("OnGuestLogoff", logoffs);
        sink.Connect(machine);
        machine.Raise("OnStateChange", VMVMState.vmVMState_Running);
        machine.Raise("OnGuestLogoff", VMLogoffType.vmLogoff_Forced);
        machine.Raise("OnGuestLogoff", "vmLogoff_Normal");
        sink.CatchUp(60000);
        Console.WriteLine($"{logoffs.Forced} forced logoff, {sink.Received} events, {sink.Failed} failed");

        // The queue has them too.
        IVMEventRecord first = sink.NextEvent(0);

        Console.WriteLine($"{first.Name} at {first.TimeText.Length} characters of time, {first.Enumerator(0)} = {first[0]}");
        // The garbage collector would let go of the sink some time; this does it now.
        Marshal.FinalReleaseComObject(sink);
    }

    // In a single-threaded apartment, that of a program with windows, handlers run on the thread that has subscribed, while it
    // handles messages or is in Run, NextEvent, WaitFor or CatchUp.
    private static void HearInSingleThreadedApartment()
    {
        var thread = new Thread(() =>
        {
            // Objects of its own: Windows lets a thread use those of other apartments too, Wine 8 does not.
            IVMEventMachine machine = new VMEventHost().FindMachine(MachineName);
            var sink = new VMEventSink();
            var printer = new Printer();
            int connection;

            sink.Subscribe("*", printer);
            connection = sink.Connect(machine, "STA");
            machine.Raise("OnReset");
            sink.CatchUp(60000);
            Console.WriteLine($"on the thread that subscribed: {printer.Thread == Thread.CurrentThread.ManagedThreadId}");
            sink.Disconnect(connection);
            Marshal.FinalReleaseComObject(sink);
        });

        Console.WriteLine("single-threaded apartment:");
        thread.SetApartmentState(ApartmentState.STA);
        thread.Start();
        thread.Join();
    }

    // The machine lives in vmhost.exe, and calls the listener in this process.
    private static void HearByAdviseAtMachine(IVMEventMachine machine)
    {
        Console.WriteLine("advised at the machine:");
        using (var advice = Advice.For<IVMVirtualMachineEvents>(machine, new MachineListener("machine")))
        {
            machine.Raise("OnGuestLogoff", VMLogoffType.vmLogoff_External);
            machine.Raise("OnConfigurationChanged", "hardware/memory/ram_size", 2048);
            machine.Raise("OnDiskOutOfSpace", true);
            machine.Settle(advice.Cookie, 60000);
        }
        using (var advice = Advice.For<IVMDVDDriveEvents>(machine, new DriveListener()))
        {
            machine.Raise("IVMDVDDriveEvents.OnMediaInsert", @"C:\Images\office.iso");
            machine.Settle(advice.Cookie, 60000);
        }
        machine.Raise("OnGuestShutdown"); // Nobody hears it.
    }

    // The sink fires all that it is given, so that who advises there hears every source that it is connected to.
    private static void HearByAdviseAtSink(IVMEventMachine machine)
    {
        var sink = new VMEventSink();

        Console.WriteLine("advised at the sink:");
        sink.Connect(machine);
        using (Advice.For<IVMVirtualMachineEvents>(sink, new MachineListener("sink")))
        {
            sink.OnGuestLogoff(VMLogoffType.vmLogoff_Normal);
            machine.Raise("OnHeartbeatStopped");
            sink.CatchUp(60000);
        }
        Marshal.FinalReleaseComObject(sink);
    }

    // By names alone, as scripts do. From .NET 5 on `dynamic` does the same.
    private static void HearWithoutInterfaces(object machine)
    {
        object sink = Activator.CreateInstance(Type.GetTypeFromProgID("VMEvents.Sink", throwOnError: true));

        Console.WriteLine("late bound:");
        Call(sink, "Connect", machine, "late");
        Call(machine, "Raise", "OnEnhancedVideoModeChanged", true);

        object record = Call(sink, "NextEvent", 60000);

        Console.WriteLine($"{Get(record, "Source")}: {Get(record, "Text")}");
        Marshal.FinalReleaseComObject(sink);
    }

    private static object Call(object target, string name, params object[] arguments) =>
        target.GetType().InvokeMember(name, BindingFlags.InvokeMethod, null, target, arguments);

    private static object Get(object target, string name) =>
        target.GetType().InvokeMember(name, BindingFlags.GetProperty, null, target, null);

    private static void MakeMistakes(IVMEventMachine machine)
    {
        var sink = new VMEventSink();

        Console.WriteLine("errors:");
        try
        {
            sink.OnGuestLogoff((VMLogoffType)3);
        }
        catch (ArgumentException error)
        {
            // What .NET makes of E_INVALIDARG; the sentence is the sink's.
            Console.WriteLine($"0x{error.HResult:X8}: {error.Message}");
        }
        try
        {
            sink.Disconnect(7);
        }
        catch (COMException error)
        {
            Console.WriteLine($"0x{error.HResult:X8}: {error.Message}");
        }
        try
        {
            machine.Raise("OnNothing");
        }
        catch (ArgumentException error)
        {
            Console.WriteLine($"0x{error.HResult:X8} from the host");
        }
        Marshal.FinalReleaseComObject(sink);
    }
}
