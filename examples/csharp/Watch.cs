// Prints a machine's events as they arrive.
//
//     dotnet run [-- SCENARIO]
//
// Not run here: the project is tested under Wine, without .NET. See watch.csproj.
using System;
using System.Runtime.InteropServices;
using System.Threading;

// A handler is any object that COM can call late-bound: methods named like events are called with their arguments.
// Enumerations arrive as int.
[ComVisible(true)]
[ClassInterface(ClassInterfaceType.AutoDispatch)]
public sealed class Handler
{
    private const int vmVMState_DeleteMachine = 10;
    private const int vmLogoff_Forced = 1;

    private readonly dynamic sink;

    public Handler(object sink)
    {
        this.sink = sink;
    }

    public void OnGuestLogoff(int logoffType)
    {
        if (logoffType == vmLogoff_Forced)
            Console.WriteLine("          somebody was thrown out");
    }

    public void OnStateChange(int virtualMachineState)
    {
        if (virtualMachineState == vmVMState_DeleteMachine)
            sink.Stop();
    }
}

// A function object: an object whose default member, DISPID 0, takes the event's arguments or, for "*", the record.
[ComVisible(true)]
[ClassInterface(ClassInterfaceType.AutoDispatch)]
public sealed class Printer
{
    [DispId(0)]
    public void Receive(object record)
    {
        dynamic it = record;
        DateTime time = DateTime.SpecifyKind((DateTime)it.Time, DateTimeKind.Utc).ToLocalTime();

        Console.WriteLine($"{time:HH:mm:ss}  {it.Source}  {it.Text}");
    }
}

public static class Program
{
    private const string MachineName = "C# example";

    private static dynamic Create(string progId)
    {
        Type type = Type.GetTypeFromProgID(progId, throwOnError: true)!;

        return Activator.CreateInstance(type)!;
    }

    // Main is in the multithreaded apartment unless it says [STAThread]: handlers run on COM's and the thread pool's
    // threads as the events arrive, and Run only waits. With [STAThread] they run on this thread, inside Run.
    [MTAThread]
    public static int Main(string[] args)
    {
        dynamic host = Create("VMEvents.Host");
        dynamic sink = Create("VMEvents.Sink");
        dynamic machine = host.CreateMachine(MachineName);

        sink.Subscribe("*", new Printer());
        sink.Subscribe("*", new Handler(sink));
        sink.Connect(machine);

        // Play returns when the scenario is over.
        string? scenario = args.Length > 0 ? System.IO.Path.GetFullPath(args[0]) : null;
        var player = new Thread(() => Play(host, machine, scenario));

        player.Start();
        sink.Run();
        player.Join();
        Console.WriteLine($"{sink.Received} events, {sink.Failed} failed calls of handlers");
        // The sink and the machine go when the garbage collector takes them; this lets go of them now.
        Marshal.FinalReleaseComObject(sink);
        Marshal.FinalReleaseComObject(machine);
        Marshal.FinalReleaseComObject(host);
        return 0;
    }

    private static void Play(dynamic host, dynamic machine, string? scenario)
    {
        try
        {
            if (scenario != null)
                machine.Play(scenario, 4.0);
            else
                machine.Raise("OnGuestLogoff", "vmLogoff_Forced");
            machine.Raise("OnGuestLogoff", 3);
        }
        catch (COMException error)
        {
            Console.WriteLine($"0x{error.HResult:X8} {error.Source}: {error.Message}");
        }
        catch (ArgumentException error)
        {
            // What .NET makes of E_INVALIDARG; the message is the sink's or the host's.
            Console.WriteLine(error.Message);
        }
        finally
        {
            // Its sinks hear OnStateChange(vmVMState_DeleteMachine), which ends Run.
            host.RemoveMachine(MachineName);
        }
    }
}
