' The four events of VMEvents.Host in VBScript, raised and heard.

Class Listener
    Public Heard
    Public Sub OnServiceEvent(number)
        Heard = Heard & "service " & number & ";"
    End Sub
    Public Sub OnVMStateChange(name, state)
        Heard = Heard & name & " is " & state & ";"
    End Sub
    Public Sub OnEventLogged(number)
        Heard = Heard & "logged " & number & ";"
    End Sub
    Public Sub OnHeartbeatStopped(name)
        Heard = Heard & "no heartbeat of " & name & ";"
    End Sub
End Class

Dim host, machine, sink, hearing
Set host = CreateObject("VMEvents.Host")
Set machine = host.CreateMachine("Demo")
Set sink = CreateObject("VMEvents.Sink")
Set hearing = New Listener
sink.Connect host
sink.Subscribe "*", hearing

host.Raise "OnServiceEvent", 7
host.Raise "OnVMStateChange", "Demo", "vmVMState_Running"
host.Raise "OnEventLogged", 42
host.Raise "OnHeartbeatStopped", "by hand"
machine.Raise "OnHeartbeatStopped"
Equal "CatchUp leaves nothing out", sink.CatchUp, 0
Equal "an object with methods hears each, with its arguments", hearing.Heard, _
    "service 7;Demo is 5;logged 42;no heartbeat of by hand;no heartbeat of Demo;"
Equal "raised by hand they change no machine", machine.State, 1

On Error Resume Next
host.Raise "OnReset"
Refused "a machine's event", &H80070057, "VMEvents.Host", """OnReset"" is an event of a machine, not of the host"
host.Raise "OnHeartbeatStopped"
Refused "an argument too few", &H8002000E, "VMEvents.Host", "OnHeartbeatStopped takes 1 argument"
On Error GoTo 0
host.RemoveMachine "Demo"

Finish
