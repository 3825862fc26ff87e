"""Prints a machine's events as they arrive, with win32com (pip install pywin32).

    python watch_win32com.py

Not run here: the project is tested under Wine, without Python for Windows.

Two ways are shown. Subscribe hands the sink a Python object, wrapped: its methods are called while Run or NextEvent
pumps. WithEvents does without the sink: win32com advises at the machine itself, and events arrive while the thread
pumps messages (PumpWaitingMessages).
"""
import time

import pythoncom
import win32com.client
import win32com.server.util

VM_LOGOFF_FORCED = 1


class Handler:
    """Methods named like events are called with the events' arguments. Only those listed are seen by COM."""

    _public_methods_ = ["OnStateChange", "OnGuestLogoff", "OnGuestShutdown"]

    def __init__(self, sink):
        self.sink = sink

    def OnStateChange(self, state):
        print("state", state)

    def OnGuestLogoff(self, logoff_type):
        if logoff_type == VM_LOGOFF_FORCED:
            print("somebody was thrown out")

    def OnGuestShutdown(self):
        print("the guest has shut down")
        self.sink.Stop()


class Function:
    """A Python callable as a function object: COM calls it as DISPID_VALUE, which is 0."""

    _dispid_to_func_ = {0: "call"}
    _public_methods_ = []

    def __init__(self, function):
        self.call = function


class MachineEvents:
    """For WithEvents: the machine's default source interface, IVMVirtualMachineEvents."""

    def OnGuestLogoff(self, logoffType):
        print("WithEvents: logoff", logoffType)


def print_record(record):
    # Objects arrive as bare PyIDispatch.
    record = win32com.client.Dispatch(record)
    print(record.TimeText, record.Source, record.Text, record.Arguments)


def pump(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pythoncom.PumpWaitingMessages()
        time.sleep(0.01)


def main():
    # A single-threaded apartment, which importing pythoncom has made for this thread. In another thread call
    # pythoncom.CoInitialize() first.
    host = win32com.client.Dispatch("VMEvents.Host")
    sink = win32com.client.Dispatch("VMEvents.Sink")
    machine = host.CreateMachine("Python example")
    try:
        sink.Subscribe("*", win32com.server.util.wrap(Function(print_record)))
        sink.Subscribe("*", win32com.server.util.wrap(Handler(sink)))
        connection = sink.Connect(machine)

        machine.Raise("OnStateChange", "vmVMState_Running")
        machine.Raise("OnGuestLogoff", VM_LOGOFF_FORCED)
        machine.Raise("OnGuestShutdown")
        print(sink.Run(60000), "calls of handlers,", sink.Failed, "failed")
        sink.Disconnect(connection)

        # The module that makepy makes of the type library has the events' names.
        win32com.client.gencache.EnsureModule("{f4ed775c-9ba0-45f1-886e-6d204ed1d872}", 0, 1, 0)
        events = win32com.client.WithEvents(machine, MachineEvents)
        machine.Raise("OnGuestLogoff", 2)
        pump(1)
        events.close()

        try:
            machine.Raise("OnGuestLogoff", 3)
        except pythoncom.com_error as error:
            # (number, source, description, help file, help context, HRESULT)
            print("0x%08x" % (error.excepinfo[5] & 0xFFFFFFFF), error.excepinfo[1], error.excepinfo[2])
    finally:
        host.RemoveMachine("Python example")


if __name__ == "__main__":
    main()
