// The four events of VMEvents.Host, raised and heard.

var invalidArgument = 0x80070057, badCount = 0x8002000e, typeMismatch = 0x80020005;

var host = new ActiveXObject("VMEvents.Host"), files = new ActiveXObject("Scripting.FileSystemObject");

// Takes so many events from the queue.
function texts(sink, count)
{
    var seen = [];

    for (; count; --count)
        seen.push("" + sink.NextEvent(patience));
    return seen.join(";");
}

test("the four events", function ()
{
    var sink = newSink(), machine = host.CreateMachine("Demo"), record;

    sink.Connect(host, "host");
    host.Raise("OnServiceEvent", 7);
    host.Raise("onvmstatechange", "Demo", "vmVMState_Running");
    host.Raise("IVMVirtualPCEvents.OnEventLogged", "42");
    host.Raise("IVMVirtualServerEvents.OnHeartbeatStopped", "Demo");
    equal("all are heard, in their order", texts(sink, 4), "OnServiceEvent(logMessageID=7);" +
        "OnVMStateChange(virtualMachineConfig=\"Demo\", virtualMachineState=vmVMState_Running);" +
        "OnEventLogged(logMessageID=42);OnHeartbeatStopped(virtualMachineConfig=\"Demo\")");
    equal("none changes a machine", machine.State, 1);
    host.Raise("OnEventLogged", 1);
    record = sink.NextEvent(patience);
    equal("a record has the interface and the label", record.Interface + " " + record.Source, "IVMVirtualPCEvents host");
    host.Raise("OnEventLogged", 1, "provider=ours");
    equal("and the details that it was raised with", sink.NextEvent(patience).Details("provider"), "ours");
    machine.Raise("OnHeartbeatStopped", "reason=watchdog");
    equal("what is known of a machine's is known of the host's", sink.NextEvent(patience).Details("reason"), "watchdog");
    host.RemoveMachine("Demo");
});

test("handlers", function ()
{
    var sink = newSink(), seen = [];

    sink.Subscribe("OnServiceEvent", function (number) { seen.push("service " + number); });
    sink.Subscribe("OnEventLogged", function (number) { seen.push("logged " + number); });
    sink.Subscribe("OnVMStateChange", function (name, state) { seen.push(name + " is " + state); });
    sink.Connect(host);
    host.Raise("OnServiceEvent", 1);
    host.Raise("OnEventLogged", -2147483647);
    host.Raise("OnVMStateChange", "Demo", 6);
    runUntil(sink, function () { return seen.length >= 3; });
    equal("each gets the arguments of its event", seen.join(), "service 1,logged -2147483647,Demo is 6");
});

test("OnHeartbeatStopped of a machine and of the host", function ()
{
    var sink = newSink(), machine = host.CreateMachine("Web"), seen = [];

    function all()
    {
        seen.push("any(" + Array.prototype.slice.call(arguments).join() + ")");
    }

    sink.Subscribe("OnHeartbeatStopped", all);
    sink.Subscribe("IVMVirtualMachineEvents.OnHeartbeatStopped", function () { seen.push("machine"); });
    sink.Subscribe("IVMVirtualPCEvents.OnHeartbeatStopped", function (name) { seen.push("host of " + name); });
    sink.Connect(machine);
    sink.Connect(host);
    machine.Raise("OnHeartbeatStopped");
    runUntil(sink, function () { return seen.length >= 4; });
    // A machine and the host are two sources: which is heard first is not said.
    equal("the unqualified name hears both, with the arguments that each has", seen.sort().join(),
        "any(),any(Web),host of Web,machine");
    seen = [];
    host.Raise("OnHeartbeatStopped", "by hand");
    runUntil(sink, function () { return seen.length >= 2; });
    equal("by hand the host's is fired alone", seen.sort().join(), "any(by hand),host of by hand");
    equal("nothing else was heard", (sink.CatchUp(), seen.length), 2);
    host.RemoveMachine("Web");
});

test("a scenario", function ()
{
    var sink = newSink(), machine = host.CreateMachine("Play"),
        path = files.BuildPath(files.GetSpecialFolder(2).Path, files.GetTempName()), file = files.CreateTextFile(path);

    file.WriteLine("0 OnEventLogged 42");
    file.WriteLine("10 OnHeartbeatStopped");
    file.WriteLine("20 IVMVirtualPCEvents.OnHeartbeatStopped \"Other\"");
    file.Close();
    sink.Connect(host);
    equal("Play counts the lines, whosever their events are", machine.Play(path), 3);
    equal("the host's events are heard at the host", texts(sink, 3), "OnEventLogged(logMessageID=42);" +
        "OnHeartbeatStopped(virtualMachineConfig=\"Play\");OnHeartbeatStopped(virtualMachineConfig=\"Other\")");
    files.DeleteFile(path);
    host.RemoveMachine("Play");
});

test("what is refused", function ()
{
    var sink = newSink(), machine = host.CreateMachine("Wrong");

    sink.Connect(host);
    refuses("an unknown event", invalidArgument, ["OnLunch", "no event of the host", "OnServiceEvent, OnVMStateChange"],
        function () { host.Raise("OnLunch"); });
    refuses("a machine's event", invalidArgument, ["event of a machine, not of the host", "OnEventLogged"],
        function () { host.Raise("OnReset"); });
    refuses("the host's at a machine", invalidArgument, ["event of the host, not of a machine"],
        function () { machine.Raise("IVMVirtualPCEvents.OnHeartbeatStopped", "Wrong"); });
    refuses("an argument too few", badCount, ["OnHeartbeatStopped takes 1 argument (virtualMachineConfig)"],
        function () { host.Raise("OnHeartbeatStopped"); });
    refuses("a value outside the enumeration", invalidArgument, ["virtualMachineState is 11", "vmVMState_Running"],
        function () { host.Raise("OnVMStateChange", "Wrong", 11); });
    refuses("a word for a number", typeMismatch, ["logMessageID is \"one\"", "a number"],
        function () { host.Raise("OnEventLogged", "one"); });
    equal("none of them was fired", (sink.CatchUp(), sink.NextEvent(0)), null);
    host.RemoveMachine("Wrong");
});

finish();
