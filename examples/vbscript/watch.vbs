' Hears a machine's events by an instance of a class, and takes others from the queue.
'
'     cscript //nologo watch.vbs
'
' vmevents.dll has to be registered (regsvr32 vmevents.dll) and vmhost.exe too (vmhost /regserver).
Option Explicit

Const vmLogoff_Forced = 1

' Methods named like events are called with the events' arguments; an event without a method is left out. GetRef of a
' Sub does as a handler for one event.
Class Watcher
    Public Sink

    Public Sub OnStateChange(virtualMachineState)
        WScript.Echo "state " & virtualMachineState
    End Sub

    Public Sub OnGuestLogoff(logoffType)
        If logoffType = vmLogoff_Forced Then
            WScript.Echo "a user was logged off against their will"
        Else
            WScript.Echo "a user logged off"
        End If
    End Sub

    Public Sub OnConfigurationChanged(configKey, configData)
        WScript.Echo configKey & " is now " & configData
    End Sub

    Public Sub OnGuestShutdown()
        WScript.Echo "the guest has shut down"
        Sink.Stop
    End Sub
End Class

Dim host, machine, sink, watch, record, handled
Set host = CreateObject("VMEvents.Host")
Set sink = CreateObject("VMEvents.Sink")
Set machine = host.CreateMachine("VBScript example")

Set watch = New Watcher
Set watch.Sink = sink
sink.Subscribe "*", watch
sink.Connect machine

' The events wait for this script until it calls Run or NextEvent.
machine.Raise "OnStateChange", "vmVMState_Running"
machine.Raise "OnConfigurationChanged", "memory", 512
machine.Raise "OnGuestLogoff", vmLogoff_Forced
machine.Raise "OnGuestShutdown"
handled = sink.Run(60000)
WScript.Echo handled & " events were handled"

' Each is in the queue as well, as a record.
Set record = sink.NextEvent(0)
Do Until record Is Nothing
    WScript.Echo record.Sequence & ". " & record.Source & ": " & record
    Set record = sink.NextEvent(0)
Loop

' An error says what was wrong.
On Error Resume Next
machine.Raise "OnGuestLogoff", 3
WScript.Echo Err.Source & ": " & Err.Description
On Error GoTo 0

host.RemoveMachine "VBScript example"
