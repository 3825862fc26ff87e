' What every VBScript test begins with: run_script.cmake puts this in front of it. The test's arguments are the folder
' that it came from and the architecture that the script host has to be of.
Option Explicit

Dim checks, failures
checks = 0
failures = 0

Sub Check(what, holds, seen)
    checks = checks + 1
    If holds Then
        WScript.Echo "PASS " & what
    Else
        failures = failures + 1
        WScript.Echo "FAIL " & what & ": " & seen
    End If
End Sub

Sub Equal(what, seen, expected)
    Check what, seen = expected, "seen " & seen & ", expected " & expected
End Sub

' Looks at Err, which the caller's On Error Resume Next has kept: that number, that source, and a description that
' says the text.
Sub Refused(what, number, source, text)
    Check what, Err.Number = number And Err.Source = source And InStr(Err.Description, text) > 0, _
        "error " & Err.Number & " from """ & Err.Source & """: " & Err.Description
    Err.Clear
End Sub

' Without this line the script has not come to its end, whatever its exit code is.
Sub Finish()
    If failures > 0 Then
        WScript.Echo failures & " of " & checks & " checks failed"
        WScript.Quit 1
    End If
    WScript.Echo "all " & checks & " checks passed"
    WScript.Quit 0
End Sub

Dim architecture
architecture = CreateObject("WScript.Shell").ExpandEnvironmentStrings("%PROCESSOR_ARCHITECTURE%")
Check "the script host is of the bitness that is tested", InStr(architecture, WScript.Arguments(1)) = 1, architecture
