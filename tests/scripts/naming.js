// A machine may stand wherever its name does.

var host = new ActiveXObject("VMEvents.Host"), machine = host.CreateMachine("5"), other = host.CreateMachine("Other");

test("the host finds it", function ()
{
    equal("Machines.Item, though its name is a number", host.Machines.Item(machine).Name, "5");
    equal("Machines.Item of another", host.Machines.Item(other).Name, "Other");
    equal("FindMachine", host.FindMachine(machine).Name, "5");
    refuses("what has no name", 0x80020005, ["itself"], function () { host.Machines.Item(host); });
});

test("the sink hears it", function ()
{
    var sink = newSink(), heard = "";

    sink.Connect(machine);
    sink.Connect(other);
    sink.Subscribe("OnReset", function () { heard += "m"; }, machine);
    sink.Subscribe("OnReset", function () { heard += "o"; }, other);
    machine.Raise("OnReset");
    sink.CatchUp(patience);
    other.Raise("OnReset");
    sink.CatchUp(patience);
    equal("as a source", heard, "mo");
    check("WaitFor", sink.WaitFor("OnReset", 0, machine) === null, "an event");
});

test("an event has it", function ()
{
    var sink = newSink();

    sink.Connect(host);
    host.Raise("OnVMStateChange", other, "vmVMState_Paused");
    sink.CatchUp(patience);
    equal("by its name", sink.NextEvent(0).Text,
        'OnVMStateChange(virtualMachineConfig="Other", virtualMachineState=vmVMState_Paused)');
});

test("it is removed", function ()
{
    host.RemoveMachine(machine);
    host.RemoveMachine(other);
    equal("both are gone", host.Machines.Count, 0);
});

finish();
