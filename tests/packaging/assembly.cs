// A program that has nothing of the project's but what is in the NuGet package: it hears events in its own process.
using System;
using System.Collections.Generic;
using System.Reflection;
using System.Runtime.InteropServices;
using VMEvents.Interop;

[ComVisible(true)]
[ClassInterface(ClassInterfaceType.AutoDispatch)]
public sealed class Listener
{
    public readonly List<string> Heard = new List<string>();

    [DispId(0)]
    public void Receive(object record) => Heard.Add(((IVMEventRecord)record).Text);
}

public static class Program
{
    [DllImport("vmevents.dll", PreserveSig = false)]
    private static extern void VMEventsCreateSink(ref Guid interfaceId, [MarshalAs(UnmanagedType.Interface)] out object sink);

    [MTAThread]
    public static int Main()
    {
        Guid id = typeof(IVMEventSink).GUID;
        Assembly assembly = typeof(IVMEventSink).Assembly;
        var listener = new Listener();

        Console.WriteLine($"assembly {assembly.GetName().Version}");
        foreach (AssemblyName reference in assembly.GetReferencedAssemblies())
            Console.WriteLine($"references {reference.Name} {reference.Version}");
        VMEventsCreateSink(ref id, out object created);
        var sink = (IVMEventSink)created;
        sink.Subscribe("*", listener);
        sink.OnGuestLogoff(VMLogoffType.vmLogoff_Forced);
        sink.OnConfigurationChanged("hardware/memory/ram_size", 2048);
        Console.WriteLine($"{sink.CatchUp(60000)} have not come");
        foreach (string text in listener.Heard)
            Console.WriteLine(text);
        return 0;
    }
}
