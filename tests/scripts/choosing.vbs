' Lists, arrays of VBScript's, sources, and arguments by name.

Class Listener
    Public Heard
    Public Sub OnReset()
        Heard = Heard & "r"
    End Sub
    Public Sub OnGuestLogoff(logoffType)
        Heard = Heard & logoffType
    End Sub
End Class

Dim sink, listener, record, numbers(1)
Set sink = CreateObject("VMEvents.Sink")
Set listener = New Listener
sink.Subscribe Array("OnReset", 11), listener
numbers(0) = 3
numbers(1) = 12
sink.Subscribe numbers, listener
sink.OnReset
sink.OnGuestLogoff "vmLogoff_Forced"
sink.OnTripleFault
Equal "an array, of names and numbers", listener.Heard, "rr1"
Equal "Subscriptions", sink.Subscriptions, 2
Equal "UnsubscribeAll", sink.UnsubscribeAll, 2
sink.OnReset
Equal "none hears", listener.Heard, "rr1"

Set record = sink.NextEvent(0)
Set record = sink.NextEvent(0)
Equal "an argument by its name", record("logoffType"), 1
Equal "by its number", record(0), 1
Equal "and its enumerator", record.Enumerator("logoffType"), "vmLogoff_Forced"
Check "nothing to wait for", sink.WaitFor("OnReset,OnGuest*", 0) Is Nothing, "an event"

On Error Resume Next
sink.Subscribe Array("OnReset", Array("OnGuestLogoff")), listener
Refused "an array in an array", -2147024809, "VMEvents.Sink", "one dimension"
sink.Subscribe Array(), listener
Refused "an empty array", -2147024809, "VMEvents.Sink", "no list of events"
sink.Subscribe "OnReset", record
Refused "an object that hears nothing", -2147024809, "VMEvents.Sink", "no method named like an event"
record = record("logOn")
Refused "an argument that there is not", -2147352565, "VMEvents.Sink", "0 (logoffType)"
On Error Goto 0

Finish
