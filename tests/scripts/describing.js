// Events of the sink, of a machine, of the host, and of any source: what there is to be heard and to be fired.

var badIndex = 0x8002000B;

function texts(events)
{
    var all = [], each;

    for (each = new Enumerator(events); !each.atEnd(); each.moveNext())
        all.push(each.item().Interface + "." + each.item());
    return all;
}

test("all events", function ()
{
    var events = newSink().Events, all = texts(events), first = events.Item(1);

    equal("as many as there are", events.Count, 20);
    equal("and enumerated", all.length, 20);
    equal("the first", all[0], "IVMVirtualMachineEvents.OnStateChange(VMVMState virtualMachineState)");
    equal("one with two parameters", all[5],
        "IVMVirtualMachineEvents.OnConfigurationChanged(BSTR configKey, VARIANT configData)");
    equal("one without", all[2], "IVMVirtualMachineEvents.OnReset()");
    equal("the last", all[19], "IVMFloppyDriveEvents.OnMediaEject(BSTR mediaPath)");
    equal("by its number", first.Name + first.Id, "OnStateChange1");
    equal("its interface", first.Interface, "IVMVirtualMachineEvents");
});

test("one event", function ()
{
    var event = newSink().Events.Item("onguestlogoff"), parameter = event.Parameters.Item(1);

    equal("by its name, in any case", event.Name, "OnGuestLogoff");
    equal("its DISPID", event.Id, 11);
    equal("its parameters", event.Parameters.Count, 1);
    equal("a parameter's name", parameter.Name, "logoffType");
    equal("which is its default", parameter + "", "logoffType");
    equal("its type", parameter.Type, "VMLogoffType");
    equal("its values", parameter.Values.Count, 3);
    equal("by number", parameter.Values.Item(2).Name + "=" + parameter.Values.Item(2).Value, "vmLogoff_Forced=1");
    equal("by name", parameter.Values.Item("vmLogoff_External").Value, 2);
    equal("a parameter by its name", event.Parameters.Item("LOGOFFTYPE").Type, "VMLogoffType");
    equal("of an interface", newSink().Events.Item("IVMFloppyDriveEvents.OnMediaEject").Interface, "IVMFloppyDriveEvents");
    equal("without an enumeration there are no values",
        newSink().Events.Item("OnDiskOutOfSpace").Parameters.Item(1).Values.Count, 0);
});

test("what can be fired can be raised by what is said of it", function ()
{
    var host = new ActiveXObject("VMEvents.Host"), machine = host.CreateMachine("described"), sink = newSink();
    var events = machine.Events, heard = 0, each, parameters, names = { BSTR: "x", VARIANT: 1, VARIANT_BOOL: true, "long": 3 };

    function argument(place)
    {
        var parameter = parameters.Item(place);

        return parameter.Values.Count ? parameter.Values.Item(2).Name : names[parameter.Type];
    }

    sink.Connect(machine);
    sink.Subscribe("*", function () { ++heard; });
    equal("a machine's", events.Count, 16);
    for (each = new Enumerator(events); !each.atEnd(); each.moveNext())
    {
        var name = each.item().Interface + "." + each.item().Name;

        parameters = each.item().Parameters;
        if (parameters.Count == 0)
            machine.Raise(name);
        else if (parameters.Count == 1)
            machine.Raise(name, argument(1));
        else
            machine.Raise(name, argument(1), argument(2));
    }
    sink.CatchUp(patience);
    equal("all are heard", heard, 16);
    equal("the host's", texts(host.Events).join(),
        "IVMVirtualPCEvents.OnServiceEvent(long logMessageID),"
        + "IVMVirtualPCEvents.OnVMStateChange(BSTR virtualMachineConfig, VMVMState virtualMachineState),"
        + "IVMVirtualPCEvents.OnEventLogged(long logMessageID),"
        + "IVMVirtualPCEvents.OnHeartbeatStopped(BSTR virtualMachineConfig)");
    equal("of any source: a machine", texts(sink.EventsOf(machine)).join(), texts(events).join());
    equal("the host", texts(sink.EventsOf(host)).join(), texts(host.Events).join());
    equal("another sink", sink.EventsOf(newSink()).Count, 20);
    equal("what fires nothing", sink.EventsOf(sink.Events).Count, 0);
    host.RemoveMachine("described");
});

test("what there is not", function ()
{
    var sink = newSink(), events = sink.Events;

    refuses("number 0", badIndex, ["from 1 to 20"], function () { events.Item(0); });
    refuses("number 21", badIndex, ["no event 21"], function () { events.Item(21); });
    refuses("a name", badIndex, ['"OnTuesday"'], function () { events.Item("OnTuesday"); });
    refuses("a parameter", badIndex, ["there is none"], function () { events.Item("OnReset").Parameters.Item(1); });
    refuses("a value", badIndex, ["no value", "from 1 to 3"],
        function () { events.Item("OnGuestLogoff").Parameters.Item(1).Values.Item("vmLogoff_Sideways"); });
    refuses("of no source", 0x80020005, ["EventsOf", "an object"], function () { sink.EventsOf(null); });
});

test("details of an event that nobody knows more of", function ()
{
    var sink = newSink(), record;

    sink.OnReset();
    record = sink.NextEvent(0);
    equal("there are none", record.Details.Count, 0);
    check("and none of a name", record.Details("user") === undefined, record.Details("user"));
    check("nor in JSON", record.Json.indexOf("details") < 0, record.Json);
    refuses("a number is no name", 0x80070057, ["Details", "has to be a string"], function () { record.Details(1); });
});

finish();
