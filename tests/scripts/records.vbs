' Records in VBScript.

Dim sink, record, list
Set sink = CreateObject("VMEvents.Sink")
sink.OnConfigurationChanged "memory", 512
sink.OnGuestLogoff 1
sink.OnReset

Set record = sink.NextEvent(0)
Equal "TypeName", TypeName(record), "IVMEventRecord"
Equal "Sequence", record.Sequence, 1
Equal "Source", record.Source, ""
Equal "Interface", record.Interface, "IVMVirtualMachineEvents"
Equal "Name", record.Name, "OnConfigurationChanged"
Equal "Id", record.Id, 6
Equal "Text", record.Text, "OnConfigurationChanged(configKey=""memory"", configData=512)"
Equal "the default property", record & "", record.Text
Equal "Time is a date", TypeName(record.Time), "Date"
list = record.Arguments
Check "Arguments is an array", IsArray(list), TypeName(list)
Equal "its bounds", LBound(list) & " to " & UBound(list), "0 to 1"
Equal "its elements", list(0) & " " & list(1), "memory 512"

list = sink.NextEvent(0).Arguments
Equal "an enumeration is a number", TypeName(list(0)) & " " & list(0), "Long 1"
list = sink.NextEvent(0).Arguments
Equal "no arguments", UBound(list), -1
Check "an empty queue", sink.NextEvent(0) Is Nothing, "an event"

Equal "QueueCapacity", sink.QueueCapacity, 1024
sink.QueueCapacity = 1
sink.OnReset
sink.OnTripleFault
Equal "the oldest goes", sink.NextEvent(0).Name, "OnTripleFault"
Equal "counters", sink.Received & " " & sink.Rejected & " " & sink.Failed & " " & sink.Dropped, "5 0 0 1"

Finish
