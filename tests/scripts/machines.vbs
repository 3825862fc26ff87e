' The host's machines in VBScript, by For Each and by number and name.

Dim host, machine, names, sink, record
Set host = CreateObject("VMEvents.Host")
names = ""
For Each machine In host.Machines
    names = names & machine.Name & " "
Next
Equal "For Each over no machines", names, ""

host.CreateMachine "Red"
host.CreateMachine "Green"
host.CreateMachine "Blue"
For Each machine In host.Machines
    names = names & machine.Name & " "
Next
Equal "For Each over the machines", names, "Red Green Blue "
Equal "Count", host.Machines.Count, 3
Equal "Item by number", host.Machines.Item(2).Name, "Green"
Equal "Item by name", host.Machines.Item("blue").Name, "Blue"
Equal "Item is the default", host.Machines(1).Name, "Red"
Equal "a machine's default is its name", host.Machines(3) & "", "Blue"

' A machine may be removed while others are gone through.
names = ""
For Each machine In host.Machines
    names = names & machine.Name & " "
    host.RemoveMachine machine.Name
Next
Equal "each of those that were there is gone through", names, "Red Green Blue "
Equal "none is left", host.Machines.Count, 0

Set machine = host.CreateMachine("Source")
Set sink = CreateObject("VMEvents.Sink")
sink.Connect machine
machine.Raise "OnStateChange", "vmVMState_Running"
Set record = sink.NextEvent(240000)
Equal "an event carries the machine's name", record.Source & ": " & record, _
    "Source: OnStateChange(virtualMachineState=vmVMState_Running)"
Equal "State", machine.State, 5
machine.Raise "OnReset"
Equal "CatchUp leaves nothing out", sink.CatchUp, 0
Equal "what it waited for is in the queue", sink.NextEvent(0).Name, "OnReset"
host.RemoveMachine "Source"

Finish
