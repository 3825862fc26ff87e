using System;
using System.Runtime.InteropServices;
using System.Threading;
using VMEvents.Interop;

/// <summary>
/// A function object for <c>Subscribe</c>: its default member, DISPID 0, takes the event's arguments or, for a pattern or a
/// list, the record.
/// </summary>
[ComVisible(true)]
[ClassInterface(ClassInterfaceType.AutoDispatch)]
public sealed class Printer
{
    /// <summary>The thread that was called last.</summary>
    public int Thread { get; private set; }

    [DispId(0)]
    public void Receive(object value)
    {
        var record = (IVMEventRecord)value;

        Thread = System.Threading.Thread.CurrentThread.ManagedThreadId;
        Console.WriteLine($"{record.Sequence}. {record.Source}: {record.Text}");
    }
}

/// <summary>
/// A handler object for <c>Subscribe</c>: methods named like events are called with their arguments. Enumerations arrive as
/// numbers.
/// </summary>
[ComVisible(true)]
[ClassInterface(ClassInterfaceType.AutoDispatch)]
public sealed class Logoffs
{
    private int forced;

    /// <summary>How many users were logged off against their will.</summary>
    public int Forced => forced;

    public void OnGuestLogoff(int logoffType)
    {
        if (logoffType == (int)VMLogoffType.vmLogoff_Forced)
            Interlocked.Increment(ref forced);
    }
}
