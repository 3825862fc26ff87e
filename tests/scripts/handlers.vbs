' Handlers in VBScript: an instance of a class with methods named like the events, or with a default method.

Class Watcher
    Public Seen
    Public Property Get Name
        Name = "watcher"
    End Property
    Public Sub OnGuestLogoff(logoffType)
        Seen = Seen & "logoff " & logoffType & " " & TypeName(logoffType) & ";"
    End Sub
    Public Sub OnReset()
        Seen = Seen & "reset;"
    End Sub
    Public Function OnConfigurationChanged(key, value)
        Seen = Seen & key & "=" & value & " " & TypeName(value) & ";"
        OnConfigurationChanged = True
    End Function
    Public Sub OnDiskOutOfSpace(critical)
        Seen = Seen & "disk " & TypeName(critical) & ";"
    End Sub
End Class

Class Recorder
    Public Seen
    Public Default Sub Receive(record)
        Seen = Seen & record.Name & " " & record & ";"
    End Sub
End Class

Class Thrower
    Public Calls
    Public Sub OnReset()
        Calls = Calls + 1
        Err.Raise vbObjectError + 5, "Thrower", "on purpose"
    End Sub
End Class

Class Once
    Public Sink
    Public Cookie
    Public Calls
    Public Sub OnReset()
        Calls = Calls + 1
        Sink.Unsubscribe Cookie
    End Sub
End Class

Class Stopper
    Public Sink
    Public Sub OnReset()
        Sink.Stop
    End Sub
End Class

Dim sink, watch, record, throw, once1, stopping, cookie

Set sink = CreateObject("VMEvents.Sink")
Set watch = New Watcher
cookie = sink.Subscribe("*", watch)
sink.OnGuestLogoff 1
sink.OnReset
sink.OnTripleFault
sink.OnConfigurationChanged "memory", 512
sink.OnConfigurationChanged "share", 2.5
sink.OnDiskOutOfSpace True
Equal "an instance's methods are called with the event's arguments", watch.Seen, _
    "logoff 1 Long;reset;memory=512 Integer;share=2.5 Double;disk Boolean;"
Equal "an event that it has no method for is no failure", sink.Failed, 0
sink.Unsubscribe cookie
sink.OnReset
Check "after Unsubscribe none is called", Right(watch.Seen, 8) = "Boolean;", watch.Seen

Set record = New Recorder
sink.Subscribe "*", record
sink.OnGuestLogoff 0
Equal "an instance with a default method is called with the record", record.Seen, _
    "OnGuestLogoff OnGuestLogoff(logoffType=vmLogoff_Normal);"

Set sink = CreateObject("VMEvents.Sink")
Set throw = New Thrower
sink.Subscribe "OnReset", throw
sink.OnReset
sink.OnReset
Equal "a handler that raises an error keeps its subscription", throw.Calls, 2
Equal "and Failed counts it", sink.Failed, 2

Set sink = CreateObject("VMEvents.Sink")
Set once1 = New Once
Set once1.Sink = sink
once1.Cookie = sink.Subscribe("OnReset", once1)
sink.OnReset
sink.OnReset
Equal "a handler may unsubscribe itself", once1.Calls, 1

Dim host, machine
Set host = CreateObject("VMEvents.Host")
Set machine = host.CreateMachine("VBScript")
Set sink = CreateObject("VMEvents.Sink")
Set watch = New Watcher
Set stopping = New Stopper
Set stopping.Sink = sink
sink.Subscribe "*", watch
sink.Subscribe 3, stopping
sink.Connect machine
machine.Raise "OnGuestLogoff", 2
machine.Raise "OnConfigurationChanged", "a", "b"
machine.Raise "OnReset"
Equal "Run runs the handlers of a machine's events until Stop", sink.Run(240000), 4
Equal "they were called with the event's arguments", watch.Seen, "logoff 2 Long;a=b String;reset;"
host.RemoveMachine "VBScript"

Finish
