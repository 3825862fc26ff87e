// What Subscribe and WaitFor take: lists, patterns, arrays, sources; and what a record says by the names of its arguments.

var invalidArgument = 0x80070057, badIndex = 0x8002000B;

function fireAll(sink)
{
    sink.OnStateChange(5);
    sink.OnReset();
    sink.OnHeartbeatStopped();
    sink.OnConfigurationChanged("memory/ram_size", 512);
    sink.OnGuestShutdown();
    sink.OnGuestLogoff(1);
}

// The names of the events that a function hears as records when it subscribes to these.
function heard(events)
{
    var sink = new ActiveXObject("VMEvents.Sink"), names = [];

    sink.Subscribe(events, function (record) { names.push(record.Name); });
    fireAll(sink);
    sink.UnsubscribeAll();
    return names.join();
}

test("lists and patterns", function ()
{
    equal("a list", heard("OnReset, OnGuestLogoff"), "OnReset,OnGuestLogoff");
    equal("blanks around its names mean nothing", heard("  OnGuestLogoff\t,OnReset "), "OnReset,OnGuestLogoff");
    equal("in any case", heard("onreset,ONGUESTSHUTDOWN"), "OnReset,OnGuestShutdown");
    equal("a name twice is one subscription", heard("OnReset,OnReset"), "OnReset");
    equal("a pattern", heard("OnGuest*"), "OnGuestShutdown,OnGuestLogoff");
    equal("a pattern in the middle", heard("On*S*t*"),
        "OnStateChange,OnReset,OnHeartbeatStopped,OnGuestShutdown,OnGuestLogoff");
    equal("a pattern of one character each", heard("OnR?s?t"), "OnReset");
    equal("an interface and a pattern", heard("ivmvirtualmachineevents.*Logoff"), "OnGuestLogoff");
    equal("a pattern of interfaces", heard("*Machine*.OnReset"), "OnReset");
    equal("a list of patterns", heard("*Reset*,*Shutdown"), "OnReset,OnGuestShutdown");
    equal("an array", heard(["OnReset", "OnGuest*"]), "OnReset,OnGuestShutdown,OnGuestLogoff");
    equal("an array with numbers", heard([3, "OnGuestLogoff"]), "OnReset,OnGuestLogoff");
});

test("one name has its arguments", function ()
{
    var sink = new ActiveXObject("VMEvents.Sink"), seen = [];

    sink.Subscribe("OnGuestLogoff", function (type) { seen.push(type); });
    sink.Subscribe("OnGuestLogof?", function (record) { seen.push(record("logoffType")); });
    sink.OnGuestLogoff("vmLogoff_Forced");
    sink.OnGuestLogoff("VMLOGOFF_EXTERNAL");
    equal("by the name of an enumerator too", seen.join(), "1,1,2,2");
});

test("subscriptions are counted, and end at once", function ()
{
    var sink = new ActiveXObject("VMEvents.Sink"), calls = 0, count = function () { ++calls; };

    equal("none at first", sink.Subscriptions, 0);
    sink.Subscribe("OnReset", count);
    sink.Subscribe("*", count);
    sink.Subscribe("OnGuest*", { OnGuestLogoff: count });
    equal("three", sink.Subscriptions, 3);
    sink.OnReset();
    equal("which hear", calls, 2);
    equal("all of them end", sink.UnsubscribeAll(), 3);
    equal("none is left", sink.Subscriptions, 0);
    fireAll(sink);
    equal("and none hears", calls, 2);
    equal("a second time there is none", sink.UnsubscribeAll(), 0);
    sink.Subscribe("OnReset", count);
    sink.OnReset();
    equal("a new one hears", calls, 3);
});

test("inside a handler all end", function ()
{
    var sink = new ActiveXObject("VMEvents.Sink"), order = "";

    sink.Subscribe("OnReset", function () { order += "a" + sink.UnsubscribeAll(); });
    sink.Subscribe("OnReset", function () { order += "b"; });
    sink.OnReset();
    sink.OnReset();
    equal("the second is not called any more", order, "a2");
});

test("one source of several", function ()
{
    var sink = new ActiveXObject("VMEvents.Sink"), host = new ActiveXObject("VMEvents.Host"), seen = [];
    var web = host.CreateMachine("Choosing Web"), mail = host.CreateMachine("Choosing Mail"), record;

    sink.Subscribe("OnReset", function () { seen.push("web"); }, "choosing WEB");
    sink.Subscribe("OnReset", function () { seen.push("any"); });
    sink.Subscribe("OnReset", function () { seen.push("nobody"); }, "Choosing");
    sink.Connect(web);
    sink.Connect(mail);
    mail.Raise("OnReset");
    web.Raise("OnReset");
    check("both have come", runUntil(sink, function () { return seen.length >= 3; }));
    equal("of that source alone", seen.join(), "any,web,any");
    mail.Raise("OnGuestLogoff", 2);
    web.Raise("OnGuestLogoff", 1);
    host.RemoveMachine("Choosing Web");
    host.RemoveMachine("Choosing Mail");
});

test("WaitFor", function ()
{
    var sink = new ActiveXObject("VMEvents.Sink"), calls = 0, record;

    sink.Subscribe("OnReset", function () { ++calls; });
    check("nothing comes", sink.WaitFor("OnReset", 0) === null);
    sink.OnReset();
    check("what was before is not waited for", sink.WaitFor("OnReset", 0) === null);
    equal("the queue has it", sink.NextEvent(0).Name, "OnReset");
    equal("and the handler", calls, 1);
});

test("WaitFor in an order of its own", function ()
{
    var sink = new ActiveXObject("VMEvents.Sink"), host = new ActiveXObject("VMEvents.Host"), record;
    var web = host.CreateMachine("Awaited Web"), mail = host.CreateMachine("Awaited Mail"), once = false;

    sink.Connect(web);
    sink.Connect(mail);
    // The first event, which the handler hears while WaitFor waits, has the others fired.
    sink.Subscribe("OnHeartbeatStopped", function ()
    {
        if (once)
            return;
        once = true;
        mail.Raise("OnGuestLogoff", 0);
        web.Raise("OnReset");
        web.Raise("OnGuestLogoff", 2);
    });
    web.Raise("OnHeartbeatStopped");
    record = sink.WaitFor("OnGuest*", patience, "Awaited Web");
    check("it has come", record !== null);
    equal("from that source", record.Source, "Awaited Web");
    equal("the right one", record.Text, "OnGuestLogoff(logoffType=vmLogoff_External)");
    record = [sink.NextEvent(patience), sink.NextEvent(patience), sink.NextEvent(patience), sink.NextEvent(patience)];
    equal("the queue has them all", record.join(), "OnHeartbeatStopped(),OnGuestLogoff(logoffType=vmLogoff_Normal)," +
        "OnReset(),OnGuestLogoff(logoffType=vmLogoff_External)");
    host.RemoveMachine("Awaited Web");
    host.RemoveMachine("Awaited Mail");
});

test("a record speaks", function ()
{
    var sink = new ActiveXObject("VMEvents.Sink"), record, parsed;

    sink.OnConfigurationChanged("memory/ram_size", 512);
    record = sink.NextEvent(0);
    equal("by name", record("configKey"), "memory/ram_size");
    equal("in any case", record("CONFIGDATA"), 512);
    equal("by number", record(0) + "=" + record(1), "memory/ram_size=512");
    equal("without one the text", "" + record, record.Text);
    equal("which has a name", record.Text, "OnConfigurationChanged(configKey=\"memory/ram_size\", configData=512)");
    equal("no enumerator", record.Enumerator("configData"), "");
    equal("as JSON", record.Json, "{\"sequence\":1,\"time\":\"" + record.TimeText + "\",\"source\":\"\"," +
        "\"interface\":\"IVMVirtualMachineEvents\",\"name\":\"OnConfigurationChanged\",\"id\":6," +
        "\"arguments\":{\"configKey\":\"memory/ram_size\",\"configData\":512}," +
        "\"text\":\"OnConfigurationChanged(configKey=\\\"memory/ram_size\\\", configData=512)\"}");
    check("with its time and zone", /^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d\d\dZ$/.test(record.TimeText), record.TimeText);
    refuses("another name", badIndex, ["OnConfigurationChanged", "\"logoffType\"", "0 (configKey), 1 (configData)"],
        function () { return record("logoffType"); });
    refuses("another number", badIndex, ["argument 2", "1 (configData)"], function () { return record(2); });
    refuses("a negative one", badIndex, ["argument -1"], function () { return record(-1); });
    sink.OnGuestLogoff(2);
    record = sink.NextEvent(0);
    equal("an enumerator by its name", record.Enumerator("logoffType"), "vmLogoff_External");
    equal("and number", record.Enumerator(0), "vmLogoff_External");
    sink.OnReset();
    record = sink.NextEvent(0);
    refuses("an event without arguments", badIndex, ["OnReset", "there is none"], function () { return record(0); });
});

test("what is refused", function ()
{
    var sink = new ActiveXObject("VMEvents.Sink"), nothing = function () {};

    refuses("a pattern of no event", invalidArgument, ["Subscribe", "\"OnLunch*\"", "OnGuestLogoff"],
        function () { sink.Subscribe("OnLunch*", nothing); });
    refuses("a list with an unknown name", invalidArgument, ["\"OnLunch\""],
        function () { sink.Subscribe("OnReset,OnLunch", nothing); });
    refuses("a list with an empty name", invalidArgument, ["\"\""],
        function () { sink.Subscribe("OnReset,,OnGuestLogoff", nothing); });
    refuses("an array with an unknown name", invalidArgument, ["\"OnLunch\""],
        function () { sink.Subscribe(["OnLunch"], nothing); });
    refuses("an array with an unknown number", invalidArgument, ["no event 13"],
        function () { sink.Subscribe([3, 13], nothing); });
    refuses("an empty array", invalidArgument, ["\"\""], function () { sink.Subscribe([], nothing); });
    refuses("a number between two", invalidArgument, ["a number from 1 to 12"],
        function () { sink.Subscribe(1.5, nothing); });
    refuses("an object that hears nothing", invalidArgument, ["no method named like an event"],
        function () { sink.Subscribe("OnReset", { onreset2: nothing }); });
    refuses("a record for a handler", invalidArgument, ["no method named like an event"], function ()
    {
        sink.OnReset();
        sink.Subscribe("OnReset", sink.NextEvent(0));
    });
    refuses("an unknown event for WaitFor", invalidArgument, ["WaitFor", "\"OnLunch\""],
        function () { sink.WaitFor("OnLunch", 0); });
    refuses("a time for WaitFor", invalidArgument, ["WaitFor", "-2"], function () { sink.WaitFor("OnReset", -2); });
    equal("none of these subscribes", sink.Subscriptions, 0);
});

finish();
