' Collections of events, as VBScript walks them.

Dim sink, description, parameter, legal, names, states
Set sink = CreateObject("VMEvents.Sink")
names = 0
For Each description In sink.Events
    names = names + 1
    For Each parameter In description.Parameters
        If parameter.Type = "VMVMState" Then
            states = ""
            For Each legal In parameter.Values
                states = states & legal & legal.Name & ";"
            Next
        End If
    Next
Next
Equal "For Each", names, 20
Check "the values of a state", InStr(states, "0vmVMState_Invalid;1vmVMState_TurnedOff;") = 1, states
Equal "by its name", sink.Events("OnReset").Id, 3
Equal "as it is declared", sink.Events("OnGuestLogoff"), "OnGuestLogoff(VMLogoffType logoffType)"

sink.OnReset
Dim record
Set record = sink.NextEvent(0)
Equal "no details", record.Details.Count, 0
Check "nor one of a name", IsEmpty(record.Details("user")), "one"

On Error Resume Next
Set description = sink.Events.Item("Nothing like it")
Refused "no such event", -2147352565, "VMEvents.Sink", "Nothing like it"
On Error Goto 0

Finish
