' What a VBScript is told when something is wrong: Err.Number, Err.Source and Err.Description.

Class Silent
    Public Default Sub Receive(record)
    End Sub
End Class

Dim sink, host, handler
Set sink = CreateObject("VMEvents.Sink")
Set host = CreateObject("VMEvents.Host")
Set handler = New Silent

On Error Resume Next

sink.OnGuestLogoff 3
Refused "a value outside the enumeration", &H80070057, "VMEvents.Sink", _
    "logoffType is 3; VMLogoffType has 0 (vmLogoff_Normal)"
sink.OnStateChange -1
Refused "a negative one", &H80070057, "VMEvents.Sink", "virtualMachineState is -1"
Equal "Rejected counts them", sink.Rejected, 2

sink.Subscribe "OnLunch", handler
Refused "an unknown event", &H80070057, "VMEvents.Sink", """OnLunch"""
sink.Subscribe 13, handler
Refused "an unknown number", &H80070057, "VMEvents.Sink", "no event 13"
sink.Subscribe "OnReset", Nothing
Refused "Nothing for a handler", &H80070057, "VMEvents.Sink", "handler is Nothing"
sink.Subscribe "OnReset", "a string"
Refused "a string for a handler", &H80070057, "VMEvents.Sink", "handler is not an object"
sink.Subscribe "OnReset", Empty
Refused "Empty for a handler", &H80070057, "VMEvents.Sink", "handler is not an object"

sink.Unsubscribe 4711
Refused "an unknown subscription", &H80040200, "VMEvents.Sink", "4711"
sink.Disconnect 4712
Refused "an unknown connection", &H80040200, "VMEvents.Sink", "4712"
sink.Connect Nothing
Refused "a source that is Nothing", &H80004003, "VMEvents.Sink", "source is Nothing"
sink.Connect CreateObject("Scripting.Dictionary")
Refused "a source without events", &H80040200, "VMEvents.Sink", "IVMVirtualMachineEvents"
sink.Run -5
Refused "a negative time for Run", &H80070057, "VMEvents.Sink", "timeoutMs is -5"
sink.NextEvent -5
Refused "a negative time for NextEvent", &H80070057, "VMEvents.Sink", "timeoutMs is -5"
sink.QueueCapacity = -1
Refused "a negative capacity", &H80070057, "VMEvents.Sink", "QueueCapacity is -1"

host.CreateMachine ""
Refused "a machine without a name", &HA0040400, "VMEvents.Host", "empty"
host.CreateMachine String(300, "x")
Refused "a name that is too long", &HA0040401, "VMEvents.Host", "xxx"
host.CreateMachine "a*b"
Refused "a name with a character that no file may have", &HA0040402, "VMEvents.Host", "a*b"
host.CreateMachine "Errors"
host.CreateMachine "errors"
Refused "a name that is taken", &HA0040403, "VMEvents.Host", "errors"
host.FindMachine "Nowhere"
Refused "an unknown machine", &HA0040207, "VMEvents.Host", "Nowhere"
host.FindMachine("Errors").Raise "OnLunch"
Refused "raising an unknown event", &H80070057, "VMEvents.Host", "OnLunch"
host.RemoveMachine "Errors"
Equal "and no error when nothing is wrong", Err.Number, 0

Finish
