// One connection to host.Machines: the events of every machine, under their names.

var host = new ActiveXObject("VMEvents.Host");

test("one connection", function ()
{
    var sink = newSink(), heard = [], early, late, cookie, missing;

    sink.Subscribe("*", function (record) { heard.push(record.Source + ": " + record.Text); });
    sink.Subscribe("OnReset", function () { heard.push("a reset of Late"); }, "late");
    early = host.CreateMachine("Early");
    cookie = sink.Connect(host.Machines);
    late = host.CreateMachine("Late");
    early.Raise("OnGuestLogoff", 1);
    late.Raise("OnReset");
    missing = sink.CatchUp();
    equal("nothing is missing", missing, 0);
    equal("each machine is heard by its name", heard.join(", "),
        "Early: OnGuestLogoff(logoffType=vmLogoff_Forced), Late: OnReset(), a reset of Late");
    heard = [];
    host.RemoveMachine("Early");
    sink.CatchUp();
    equal("the end of one is its last event", heard.join(", "),
        "Early: OnStateChange(virtualMachineState=vmVMState_DeleteMachine)");
    sink.Disconnect(cookie);
    late.Raise("OnTripleFault");
    sink.CatchUp();
    equal("nothing comes after Disconnect", heard.length, 1);
    host.RemoveMachine("Late");
});

test("waiting for one of them", function ()
{
    var sink = newSink(), machine = host.CreateMachine("Awaited"), record;

    sink.Connect(host.Machines, "all");
    machine.Raise("OnMediaInsert", "C:\\a.iso");
    sink.CatchUp();
    record = sink.NextEvent(0);
    equal("the label is not that of Connect", record.Source, "Awaited");
    host.RemoveMachine("Awaited");
});

// Takes what has come: the records.
function taken(sink)
{
    var records = [], record;

    sink.CatchUp();
    while ((record = sink.NextEvent(0)))
        records.push(record);
    return records;
}

// Of the records, those of the host or those of its machines: whose each is, and all of it but its number and its time. The two
// are fired at two sources, which are heard in no common order.
function events(records, ofHost)
{
    var list = [], i;

    for (i = 0; i < records.length; ++i)
        if ((records[i].Source === "the host") === ofHost)
            list.push(records[i].Source + records[i].Json.replace(/^.*?"interface"/, ""));
    return list.join("\n");
}

test("a recording that is played again", function ()
{
    var files = new ActiveXObject("Scripting.FileSystemObject"), path = files.GetAbsolutePathName("all_machines.jsonl");
    var sink = newSink(), file = files.CreateTextFile(path, true), web, before, after, i;

    sink.Connect(host.Machines);
    sink.Connect(host, "the host");
    web = host.CreateMachine("Web");
    host.CreateMachine("Database").Raise("OnStateChange", "vmVMState_Running");
    web.Raise("OnStateChange", "vmVMState_Running");
    host.Raise("OnEventLogged", 42);
    for (i = 0; i < 20; ++i)
        (i % 3 ? web : host.FindMachine("database")).Raise("OnConfigurationChanged", "n", i % 2 ? i : "string " + i);
    web.Raise("OnHeartbeatStopped");
    host.RemoveMachine("Database");
    host.RemoveMachine("Web");
    before = taken(sink);
    for (i = 0; i < before.length; ++i)
        file.WriteLine(before[i].Json);
    file.Close();
    // Two changes of state that the host tells too, one event of its own, the settings, a heartbeat and two ends that it tells too.
    equal("all has been heard", before.length, 4 + 1 + 20 + 2 + 4);

    equal("Play returns how many there were", host.Play(path, 1000), before.length);
    after = taken(sink);
    equal("those of the machines are the same, in the same order", events(after, false), events(before, false));
    equal("and so are those of the host", events(after, true), events(before, true));
    equal("states have followed", host.FindMachine("Web").State, 10);
    refuses("a scenario", 0x80070057, ["is a scenario"], function ()
    {
        file = files.CreateTextFile(path, true);
        file.WriteLine("0 OnReset");
        file.Close();
        host.Play(path);
    });
    host.RemoveMachine("Database");
    host.RemoveMachine("Web");
    files.DeleteFile(path);
});

finish();
