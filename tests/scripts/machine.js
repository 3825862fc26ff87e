// Machines of VMEvents.Host, a process of its own: their events, and the host's errors.

var unknown = 0xa0040207, noName = 0xa0040400, tooLong = 0xa0040401, invalidCharacter = 0xa0040402,
    duplicate = 0xa0040403, invalidArgument = 0x80070057, badCount = 0x8002000e;

var host = new ActiveXObject("VMEvents.Host"), files = new ActiveXObject("Scripting.FileSystemObject");

// So many events, which may still be on their way, and those that come though they should not.
function texts(sink, count)
{
    var seen = [], record;

    while ((record = sink.NextEvent(seen.length < count ? patience : 200)))
        seen.push(record.Source + " " + record);
    return seen.join(";");
}

function repeat(text, times)
{
    return new Array(times + 1).join(text);
}

function writeScenario(lines)
{
    var path = files.BuildPath(files.GetSpecialFolder(2).Path, files.GetTempName()), file = files.CreateTextFile(path);

    file.Write(lines.join("\r\n") + "\r\n");
    file.Close();
    return path;
}

test("Connect", function ()
{
    var sink = newSink(), machine = host.CreateMachine("Office"), cookie = sink.Connect(machine);

    check("Connect returns a cookie", typeof cookie == "number" && cookie != 0, cookie);
    machine.Raise("OnGuestLogoff", 1);
    machine.Raise("onguestSHUTdown");
    equal("events come with the machine's name for a label", texts(sink, 2),
        "Office OnGuestLogoff(logoffType=vmLogoff_Forced);Office OnGuestShutdown()");
    sink.Connect(machine, "second");
    machine.Raise("OnReset");
    // Of two connections either may be the first.
    equal("a second connection has the label that it was given", texts(sink, 2).split(";").sort().join(";"),
        "Office OnReset();second OnReset()");
    sink.Disconnect(cookie);
    machine.Raise("OnReset");
    equal("after Disconnect only the other is left", texts(sink, 1), "second OnReset()");
    host.RemoveMachine("Office");
});

test("handlers of a machine's events", function ()
{
    var sink = newSink(), machine = host.CreateMachine("Handlers"), seen = [], count;

    sink.Subscribe("OnStateChange", function (state) { seen.push("state " + state); });
    sink.Subscribe("*", { OnReset: function () { seen.push("reset"); } });
    sink.Subscribe("OnTripleFault", function () { sink.Stop(); });
    sink.Connect(machine);
    machine.Raise("OnStateChange", 5);
    machine.Raise("OnReset");
    machine.Raise("OnTripleFault");
    count = sink.Run(patience);
    equal("handlers run in Run", seen.join(), "state 5,reset");
    equal("Run returns how many ran", count, 3);
    host.RemoveMachine("Handlers");
});

test("what a machine can raise", function ()
{
    var sink = newSink(), machine = host.CreateMachine("Raise");

    sink.Connect(machine, "m");
    machine.Raise("OnGuestLogoff", "vmLogoff_External");
    machine.Raise("OnGuestLogoff", "1");
    machine.Raise("OnConfigurationChanged", "memory", 512);
    machine.Raise("OnDiskOutOfSpace", true);
    equal("enumerators by name and number, strings, numbers, booleans", texts(sink, 4),
        "m OnGuestLogoff(logoffType=vmLogoff_External);m OnGuestLogoff(logoffType=vmLogoff_Forced);" +
        "m OnConfigurationChanged(configKey=\"memory\", configData=512);m OnDiskOutOfSpace(criticallyLow=True)");
    host.RemoveMachine("Raise");
});

test("qualified names", function ()
{
    var sink = newSink(), machine = host.CreateMachine("Drives"), seen = [];

    sink.Subscribe("IVMFloppyDriveEvents.OnMediaEject", function (path) { seen.push("floppy " + path); });
    sink.Subscribe("ivmdvddriveevents.onmediaeject", function (path) { seen.push("dvd " + path); });
    sink.Subscribe("OnMediaEject", function (path) { seen.push("any " + path); });
    sink.Connect(machine);
    machine.Raise("IVMFloppyDriveEvents.OnMediaEject", "a");
    machine.Raise("IVMDVDDriveEvents.OnMediaEject", "b");
    runUntil(sink, function () { return seen.length >= 4; });
    equal("a qualified name is one interface's event, a plain name both", seen.join(), "floppy a,any a,dvd b,any b");
    equal("the record names the interface", sink.NextEvent(0).Interface, "IVMFloppyDriveEvents");
    host.RemoveMachine("Drives");
});

test("state", function ()
{
    var sink = newSink(), machine = host.CreateMachine("State");

    equal("a new machine is turned off", machine.State, 1);
    sink.Connect(host, "host");
    machine.Raise("OnStateChange", 5);
    equal("State follows the events", machine.State, 5);
    machine.Raise("OnStateChange", 5);
    equal("the host tells of changes, and only of changes", texts(sink, 1),
        "host OnVMStateChange(virtualMachineConfig=\"State\", virtualMachineState=vmVMState_Running)");
    equal("an event of the host has its interface", (machine.Raise("OnStateChange", 6), sink.NextEvent(patience).Interface),
        "IVMVirtualPCEvents");
    host.RemoveMachine("State");
});

test("a thousand events", function ()
{
    var sink = newSink(), machine = host.CreateMachine("Thousand"), wrong = 0, handled = 0, record;

    sink.Connect(machine);
    sink.Subscribe("OnConfigurationChanged", function (key, value) { wrong += value !== handled++; });
    for (var i = 0; i < 1000; ++i)
        machine.Raise("OnConfigurationChanged", "n", i);
    runUntil(sink, function () { return handled >= 1000; });
    equal("a thousand events reach a handler", handled, 1000);
    equal("in their order", wrong, 0);
    for (i = 0; (record = sink.NextEvent(0)); ++i)
        wrong += new VBArray(record.Arguments).getItem(1) !== i || record.Sequence !== i + 1;
    equal("and the queue", i, 1000);
    equal("in their order, numbered", wrong, 0);
    host.RemoveMachine("Thousand");
});

test("Play", function ()
{
    var sink = newSink(), machine = host.CreateMachine("Play"), path, seen = [], fired, duration;

    path = writeScenario(["# a short day", "0 OnStateChange vmVMState_Running", "100 OnGuestLogoff 1",
        "200 IVMDVDDriveEvents.OnMediaInsert \"C:\\a b.iso\"", "", "300 OnStateChange vmVMState_TurnedOff"]);
    sink.Connect(machine);
    sink.Subscribe("*", function (record) { seen.push(record.Text); });
    duration = milliseconds(function () { fired = machine.Play(path); });
    equal("Play returns how many events it fired", fired, 4);
    check("when the scenario is over", duration >= 284, duration);
    runUntil(sink, function () { return seen.length >= 4; });
    equal("handlers have seen all of them", seen.join(";"), "OnStateChange(virtualMachineState=vmVMState_Running);" +
        "OnGuestLogoff(logoffType=vmLogoff_Forced);OnMediaInsert(mediaPath=\"C:\\a b.iso\");" +
        "OnStateChange(virtualMachineState=vmVMState_TurnedOff)");
    files.DeleteFile(path);

    path = writeScenario(["0 OnReset", "3600000 OnReset"]);
    seen = [];
    equal("Play has a speed: an hour in a tenth of a second", machine.Play(path, 36000), 2);
    runUntil(sink, function () { return seen.length >= 2; });
    equal("with all its events", seen.join(), "OnReset(),OnReset()");
    files.DeleteFile(path);

    path = writeScenario(["0 OnReset", "10 OnLunch"]);
    seen = [];
    refuses("a bad line is named with its file", invalidArgument, [path, "line 2", "OnLunch"],
        function () { machine.Play(path); });
    sink.Run(100);
    equal("and nothing was fired", seen.length, 0);
    files.DeleteFile(path);
    host.RemoveMachine("Play");
});

// What is known of the next event besides.
function nextDetails(sink)
{
    var record = sink.NextEvent(patience), details = [], all;

    if (!record)
        return "no event";
    for (all = new Enumerator(record.Details); !all.atEnd(); all.moveNext())
        details.push(all.item().Name + "=" + all.item().Value);
    return record + " " + details.join(";");
}

test("details", function ()
{
    var sink = newSink(), machine = host.CreateMachine("Details"), path;

    sink.Connect(machine);
    machine.Raise("OnGuestLogoff", 1, "user=alice", "domain=A=B");
    equal("details stand behind the arguments", nextDetails(sink),
        "OnGuestLogoff(logoffType=vmLogoff_Forced) user=alice;domain=A=B");
    machine.Raise("OnMediaEject", "C:\\a.iso", "drive=");
    equal("both drives' events have them", nextDetails(sink) + nextDetails(sink),
        'OnMediaEject(mediaPath="C:\\a.iso") drive=OnMediaEject(mediaPath="C:\\a.iso") drive=');
    machine.Raise("OnReset");
    equal("without them there are none", nextDetails(sink), "OnReset() ");

    path = writeScenario(['0 OnReset "reason=of ""ours"""', '0 OnEventLogged 7 "provider=x"', "0 OnReset"]);
    equal("a scenario has them in quotes", machine.Play(path), 3);
    equal("and they are heard", nextDetails(sink) + "," + nextDetails(sink), 'OnReset() reason=of "ours",OnReset() ');
    files.DeleteFile(path);

    refuses("a number is no detail", badCount, ["OnReset takes 0 arguments, not 1"],
        function () { machine.Raise("OnReset", 5); });
    refuses("nor is every string", badCount, ["OnReset takes 0 arguments, not 1", '"=alice" is no detail', '"user=alice"'],
        function () { machine.Raise("OnReset", "=alice"); });
    refuses("a name is one of letters", badCount, ["is no detail"], function () { machine.Raise("OnReset", "a b=c"); });
    refuses("a name comes once", invalidArgument, ['the detail "USER" is given twice'],
        function () { machine.Raise("OnReset", "user=alice", "USER=bob"); });
    path = writeScenario(['0 OnReset "a=b" "nonsense"']);
    refuses("a line of a scenario", badCount, [path, "line 1", '"nonsense" is no detail'],
        function () { machine.Play(path); });
    files.DeleteFile(path);
    equal("none of them was fired", texts(sink, 0), "");
    host.RemoveMachine("Details");
});

test("names", function ()
{
    host.CreateMachine("Names");
    refuses("no name", noName, ["empty"], function () { host.CreateMachine(""); });
    refuses("a long name", tooLong, ["xxx"], function () { host.CreateMachine(repeat("x", 300)); });
    refuses("a name that no file may have", invalidCharacter, ["a:b"], function () { host.CreateMachine("a:b"); });
    refuses("a name that is taken, in any case", duplicate, ["NAMES"], function () { host.CreateMachine("NAMES"); });
    refuses("a machine that is not there", unknown, ["Nowhere"], function () { host.FindMachine("Nowhere"); });
    refuses("removing it", unknown, ["Nowhere"], function () { host.RemoveMachine("Nowhere"); });
    equal("FindMachine takes any case", host.FindMachine("nAMES").Name, "Names");
    equal("a machine's default property is its name", "" + host.FindMachine("names"), "Names");
    host.RemoveMachine("names");
});

test("wrong events", function ()
{
    var sink = newSink(), machine = host.CreateMachine("Wrong");

    sink.Connect(machine);
    refuses("an unknown event", invalidArgument, ["OnLunch"], function () { machine.Raise("OnLunch"); });
    refuses("a value outside the enumeration", invalidArgument, ["logoffType is 3", "vmLogoff_External"],
        function () { machine.Raise("OnGuestLogoff", 3); });
    refuses("an enumerator of another enumeration", invalidArgument, ["vmVMState_Running"],
        function () { machine.Raise("OnGuestLogoff", "vmVMState_Running"); });
    refuses("an argument too few", badCount, ["OnGuestLogoff takes 1 argument"],
        function () { machine.Raise("OnGuestLogoff"); });
    refuses("an event of the host", invalidArgument, ["OnEventLogged"],
        function () { machine.Raise("OnEventLogged", 1); });
    equal("none of them was fired", texts(sink, 0), "");
    host.RemoveMachine("Wrong");
});

test("Machines", function ()
{
    var names = [], machines = host.Machines;

    host.CreateMachine("Alpha");
    host.CreateMachine("Beta");
    for (var all = new Enumerator(machines); !all.atEnd(); all.moveNext())
        names.push(all.item().Name);
    equal("an Enumerator goes over the machines", names.join(), "Alpha,Beta");
    equal("Count", machines.Count, 2);
    equal("Item by number", machines.Item(2).Name, "Beta");
    equal("Item by name", machines.Item("alpha").Name, "Alpha");
    equal("Item is the default", machines(1).Name, "Alpha");
    refuses("number 0", 0x8002000b, ["1 to 2"], function () { machines.Item(0); });
    refuses("a name that is not there", unknown, ["Gamma"], function () { machines.Item("Gamma"); });
    host.RemoveMachine("Alpha");
    host.RemoveMachine("Beta");
    equal("Count follows", machines.Count, 0);
});

test("a machine that is removed", function ()
{
    var sink = newSink(), machine = host.CreateMachine("Gone"), cookie = sink.Connect(machine);

    host.RemoveMachine("Gone");
    equal("its sinks hear that it goes", texts(sink, 1),
        "Gone OnStateChange(virtualMachineState=vmVMState_DeleteMachine)");
    refuses("it raises no more events", unknown, ["Gone"], function () { machine.Raise("OnReset"); });
    sink.Disconnect(cookie);
    check("Disconnect from it is no error", true);
});

test("two sinks at one machine", function ()
{
    var one = newSink(), two = newSink(), machine = host.CreateMachine("Two");

    one.Connect(machine, "one");
    two.Connect(machine, "two");
    machine.Raise("OnReset");
    equal("both hear it", texts(one, 1) + "," + texts(two, 1), "one OnReset(),two OnReset()");
    host.RemoveMachine("Two");
});

finish();
