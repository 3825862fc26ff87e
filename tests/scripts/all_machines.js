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

finish();
