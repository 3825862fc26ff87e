"""Prints a machine's events as they arrive, with comtypes (pip install comtypes).

    python watch_comtypes.py

Not run here: the project is tested under Wine, without Python for Windows.

comtypes reads the type library: GetEvents advises at the machine by the dispinterface, and PumpEvents lets events in.
Polling by NextEvent needs neither.
"""
import comtypes
import comtypes.client

host_module = comtypes.client.GetModule(("{F4ED775C-9BA0-45F1-886E-6D204ED1D872}", 1, 0))


class MachineEvents:
    """Methods named like the events of IVMVirtualMachineEvents; those that are missing are not heard.

    `this` may be left out, as here.
    """

    def OnStateChange(self, virtualMachineState):
        print("state", virtualMachineState)

    def OnGuestLogoff(self, logoffType):
        if logoffType == host_module.vmLogoff_Forced:
            print("somebody was thrown out")


def main():
    # Importing comtypes has made a single-threaded apartment for this thread (sys.coinit_flags chooses another).
    host = comtypes.client.CreateObject("VMEvents.Host", interface=host_module.IVMEventHost)
    machine = host.CreateMachine("comtypes example")
    try:
        connection = comtypes.client.GetEvents(machine, MachineEvents(), interface=host_module.IVMVirtualMachineEvents)
        machine.Raise("OnStateChange", ["vmVMState_Running"])
        machine.Raise("OnGuestLogoff", [host_module.vmLogoff_Forced])
        comtypes.client.PumpEvents(1)
        del connection

        sink = comtypes.client.CreateObject("VMEvents.Sink", interface=host_module.IVMEventSink)
        cookie = sink.Connect(machine, "")
        machine.Raise("OnConfigurationChanged", ["memory", 512])
        while True:
            # A null pointer, which is false, when the time is up.
            record = sink.NextEvent(500)
            if not record:
                break
            print(record.TimeText, record.Source, record.Text, record.Arguments)
        sink.Disconnect(cookie)

        try:
            machine.Raise("OnGuestLogoff", [3])
        except comtypes.COMError as error:
            # details: (description, source, help file, help context, progid)
            print("0x%08x" % (error.hresult & 0xFFFFFFFF), error.details[1], error.details[0])
    finally:
        host.RemoveMachine("comtypes example")


if __name__ == "__main__":
    main()
