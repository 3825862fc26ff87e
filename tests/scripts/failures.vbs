' What went wrong, as VBScript's classes hear it.

Class Clumsy
    Public Sub OnReset()
        Err.Raise vbObjectError + 7, "Clumsy.OnReset", "the cup is broken"
    End Sub
End Class

Class Worrier
    Public Heard
    Public Last
    Public Sub OnFailure(failure)
        Heard = Heard & failure.Event & ";"
        Set Last = failure
    End Sub
End Class

Dim sink, clumsy_one, worrier_one
Set sink = CreateObject("VMEvents.Sink")
Check "none at first", sink.LastFailure Is Nothing, "a failure"
Set clumsy_one = New Clumsy
Set worrier_one = New Worrier
sink.Subscribe "OnReset", clumsy_one
sink.Subscribe "!", worrier_one
sink.OnReset
Equal "Number", sink.LastFailure.Number, vbObjectError + 7
' Wine's VBScript keeps to itself what was said.
Check "Description", Len(sink.LastFailure.Description) > 0, "none"
Check "Source", InStr("Clumsy.OnReset", sink.LastFailure.Source) > 0 Or sink.LastFailure.Source = "", sink.LastFailure.Source
Equal "Record", sink.LastFailure.Record.Name, "OnReset"
Equal "the default is the text", sink.LastFailure, sink.LastFailure.Text

On Error Resume Next
sink.OnStateChange 99
Refused "an illegal state", -2147024809, "VMEvents.Sink", "vmVMState_Invalid"
On Error Goto 0
Equal "both were heard", worrier_one.Heard, "OnReset;OnStateChange;"
Check "a refused event has no record", worrier_one.Last.Record Is Nothing, "a record"
Equal "but a number", worrier_one.Last.Number, -2147024809

Finish
