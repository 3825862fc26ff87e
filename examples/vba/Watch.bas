Attribute VB_Name = "Watch"
Option Explicit

Public Sub WatchMachine()
    Const MachineName As String = "VBA example"
    Dim eventHost As VMEvents.VMEventHost
    Dim machine As VMEvents.VMEventMachine
    Dim sink As VMEvents.VMEventSink
    Dim watch As Watcher
    Dim record As VMEvents.VMEventRecord

    Set eventHost = New VMEvents.VMEventHost
    Set sink = New VMEvents.VMEventSink
    Set machine = eventHost.CreateMachine(MachineName)

    Set watch = New Watcher
    Set watch.Sink = sink
    watch.Attach machine
    sink.Subscribe "*", watch
    sink.Connect machine

    machine.Raise "OnStateChange", "vmVMState_Running"
    machine.Raise "OnGuestLogoff", vmLogoff_Forced
    machine.Raise "OnGuestShutdown"

    ' Handlers run in here, or whenever Office is idle.
    Debug.Print sink.Run(60000) & " calls of handlers"

    Set record = sink.NextEvent(0)
    Do Until record Is Nothing
        Debug.Print record.Sequence & ". " & record.source & ": " & record.Text
        Set record = sink.NextEvent(0)
    Loop

    On Error Resume Next
    machine.Raise "OnGuestLogoff", 3
    Debug.Print Hex$(Err.Number) & " " & Err.source & ": " & Err.Description
    On Error GoTo 0

    eventHost.RemoveMachine MachineName
End Sub
