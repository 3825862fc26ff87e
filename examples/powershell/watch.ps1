<#
.SYNOPSIS
    Prints a machine's events as they arrive.

.DESCRIPTION
    Not run here: the project is tested under Wine, which has no PowerShell. Written for Windows PowerShell 5.1 and
    PowerShell 7 on Windows.

    PowerShell has no objects that COM could call, so events are taken from the sink's queue by NextEvent. That works in
    any apartment (powershell -STA or -MTA, pwsh, a runspace of a service) and lets Ctrl+C through between two calls.

.EXAMPLE
    powershell -File watch.ps1 -Scenario ..\scenarios\workday.txt -Speed 4
#>
param(
    [string] $Name = 'PowerShell example',
    [string] $Scenario = (Join-Path $PSScriptRoot '..\scenarios\workday.txt'),
    [double] $Speed = 4
)

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

# Play returns when the scenario is over, so a job of its own plays: another process, with the same host.
$player = {
    param($name, $scenario, $speed)
    $machine = (New-Object -ComObject VMEvents.Host).FindMachine($name)
    $machine.Play($scenario, $speed)
}

$eventHost = New-Object -ComObject VMEvents.Host
$sink = New-Object -ComObject VMEvents.Sink
$machine = $eventHost.CreateMachine($Name)
try {
    $connection = $sink.Connect($machine)
    $job = Start-Job -ScriptBlock $player -ArgumentList $Name, (Resolve-Path $Scenario).Path, $Speed

    do {
        # Looked at first: what the job fired before it ended is in the queue by then.
        $playing = $job.State -in 'NotStarted', 'Running'
        # $null when the time is up.
        while ($null -ne ($record = $sink.NextEvent(500))) {
            '{0:HH:mm:ss}  {1}  {2}' -f $record.Time.ToLocalTime(), $record.Source, $record.Text
            # The arguments are an array, in the order of declaration; enumerations are numbers.
            if ($record.Name -eq 'OnGuestLogoff' -and $record.Arguments[0] -eq 1) {
                '          somebody was thrown out'
            }
        }
    } while ($playing)

    "$(Receive-Job $job -Wait -AutoRemoveJob) events fired, $($sink.Received) received, $($sink.Dropped) dropped"
    $sink.Disconnect($connection)

    # An error arrives as an exception that has the description and the HRESULT; PowerShell may have wrapped it.
    try {
        $machine.Raise('OnGuestLogoff', 3)
    }
    catch {
        $problem = $_.Exception.GetBaseException()
        '0x{0:X8} {1}' -f $problem.HResult, $problem.Message
    }
}
finally {
    $eventHost.RemoveMachine($Name)
}
