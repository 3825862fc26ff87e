using System;
using System.Runtime.InteropServices;
using System.Runtime.InteropServices.ComTypes;

namespace VMEvents.Interop
{
    /// <summary>
    /// What is agreed on by <c>IConnectionPoint::Advise</c>: a source of events calls a listener until the advice is
    /// disposed of.
    /// </summary>
    /// <example>
    /// <code>
    /// using (Advice.For&lt;IVMVirtualMachineEvents&gt;(machine, listener))
    /// {
    ///     ...
    /// }
    /// </code>
    /// </example>
    /// <remarks>
    /// In a multithreaded apartment the listener is called on threads of COM's; in a single-threaded one on the thread
    /// that has advised, while that waits or handles messages.
    /// </remarks>
    public sealed class Advice : IDisposable
    {
        private readonly int cookie;
        private IConnectionPoint point;

        private Advice(IConnectionPoint point, object listener)
        {
            point.Advise(listener, out cookie);
            this.point = point;
        }

        /// <summary>What <c>IVMEventMachine.Settle</c> and <c>IVMEventHost.Settle</c> know this by.</summary>
        public int Cookie => cookie;

        /// <summary>Has <paramref name="source"/> call <paramref name="listener"/> for the events of an interface.</summary>
        /// <typeparam name="TEvents">The event interface, for example <see cref="IVMVirtualMachineEvents"/>.</typeparam>
        /// <param name="source">A machine, the host, the sink, or anything else that fires these events.</param>
        /// <param name="listener">What is called; the source holds it as long as the advice lasts.</param>
        /// <exception cref="COMException"><c>CONNECT_E_NOCONNECTION</c>: the source has no such events.</exception>
        /// <exception cref="InvalidCastException">The source fires no events at all.</exception>
        public static Advice For<TEvents>(object source, TEvents listener)
            where TEvents : class
        {
            Guid events = typeof(TEvents).GUID;

            ((IConnectionPointContainer)source).FindConnectionPoint(ref events, out IConnectionPoint point);
            return new Advice(point, listener);
        }

        /// <summary>Ends it. That the source is gone is no error.</summary>
        public void Dispose()
        {
            const int CONNECT_E_NOCONNECTION = unchecked((int)0x80040200);
            const int RPC_E_DISCONNECTED = unchecked((int)0x80010108);
            const int RPC_S_SERVER_UNAVAILABLE = unchecked((int)0x800706BA);
            IConnectionPoint ended = point;

            point = null;
            if (ended == null)
                return;
            try
            {
                ended.Unadvise(cookie);
            }
            catch (COMException error) when (error.HResult == CONNECT_E_NOCONNECTION
                || error.HResult == RPC_E_DISCONNECTED || error.HResult == RPC_S_SERVER_UNAVAILABLE)
            {
            }
        }
    }
}
