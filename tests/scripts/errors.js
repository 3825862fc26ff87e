// What a script is told when something is wrong: the number and the words.

var invalidArgument = 0x80070057, typeMismatch = 0x80020005, badCount = 0x8002000e, noConnection = 0x80040200,
    overflow = 0x8002000a;

var sink = newSink();

test("values outside an enumeration", function ()
{
    refuses("OnGuestLogoff(3) is refused in words", invalidArgument,
        ["OnGuestLogoff", "logoffType is 3", "0 (vmLogoff_Normal)", "1 (vmLogoff_Forced)", "2 (vmLogoff_External)"],
        function () { sink.OnGuestLogoff(3); });
    refuses("OnGuestLogoff(-1) too", invalidArgument, ["-1"], function () { sink.OnGuestLogoff(-1); });
    refuses("OnStateChange(11) is refused in words", invalidArgument,
        ["OnStateChange", "virtualMachineState is 11", "10 (vmVMState_DeleteMachine)"],
        function () { sink.OnStateChange(11); });
    equal("Rejected counts them", sink.Rejected, 3);
    equal("Received does not", sink.Received, 0);
    equal("and nothing is queued", sink.NextEvent(0), null);
});

test("no handler for what is refused", function ()
{
    var other = newSink(), calls = 0;

    other.Subscribe("*", function () { ++calls; });
    try { other.OnGuestLogoff(7); } catch (error) { }
    equal("no handler runs for an event that is refused", calls, 0);
});

test("arguments of the wrong kind", function ()
{
    refuses("a word for a number is a type mismatch", typeMismatch, [], function () { sink.OnGuestLogoff("forced"); });
    refuses("an argument too few", badCount, [], function () { sink.OnGuestLogoff(); });
    refuses("an argument too many", badCount, [], function () { sink.OnReset(1); });
});

test("what OLE Automation can convert is taken", function ()
{
    var other = newSink(), seen = [];

    other.Subscribe("OnGuestLogoff", function (type) { seen.push(typeof type + type); });
    other.OnGuestLogoff("2");
    other.OnGuestLogoff(1.0);
    other.OnGuestLogoff(false);
    equal("a string, a float and a boolean become the enumeration", seen.join(), "number2,number1,number0");
});

test("Subscribe", function ()
{
    var nothing = function () { };

    refuses("an unknown event", invalidArgument, ["Subscribe", "\"OnLunch\"", "OnGuestLogoff", "\"*\""],
        function () { sink.Subscribe("OnLunch", nothing); });
    refuses("an event that another interface has", invalidArgument, ["IVMDVDDriveEvents.OnReset"],
        function () { sink.Subscribe("IVMDVDDriveEvents.OnReset", nothing); });
    refuses("an empty name", invalidArgument, ["Subscribe"], function () { sink.Subscribe("", nothing); });
    refuses("number 0", invalidArgument, ["no event 0", "1 to 12"], function () { sink.Subscribe(0, nothing); });
    refuses("number 13", invalidArgument, ["no event 13"], function () { sink.Subscribe(13, nothing); });
    refuses("null for an event", invalidArgument, ["Subscribe"], function () { sink.Subscribe(null, nothing); });
    refuses("a number for a handler", invalidArgument, ["handler is not an object"],
        function () { sink.Subscribe("OnReset", 5); });
    refuses("a handler that is undefined", invalidArgument, ["handler"],
        function () { sink.Subscribe("OnReset", undefined); });
    refuses("a handler that is null", invalidArgument, ["handler"], function () { sink.Subscribe("OnReset", null); });
    refuses("no handler", badCount, [], function () { sink.Subscribe("OnReset"); });
});

test("Unsubscribe", function ()
{
    var cookie = sink.Subscribe("OnReset", function () { });

    refuses("a cookie that never was", noConnection, ["Unsubscribe", "12345"],
        function () { sink.Unsubscribe(12345); });
    sink.Unsubscribe(cookie);
    refuses("a cookie a second time", noConnection, ["Unsubscribe"], function () { sink.Unsubscribe(cookie); });
});

test("Connect and Disconnect", function ()
{
    refuses("an object without events", noConnection, ["Connect", "IVMVirtualMachineEvents"],
        function () { sink.Connect(new ActiveXObject("Scripting.Dictionary")); });
    refuses("null, which is not an object in JScript", typeMismatch, ["Connect: ", "ource is Null", "an object"],
        function () { sink.Connect(null); });
    refuses("a name", typeMismatch, ["Connect: ", "ource is \"Demo\"", "an object"], function () { sink.Connect("Demo"); });
    refuses("a long name is quoted in part", typeMismatch, ["xxx\"...; it has to be an object"], function ()
    {
        sink.Connect(new Array(5000).join("x"));
    });
    refuses("a cookie that never was", noConnection, ["Disconnect", "77"], function () { sink.Disconnect(77); });
});

test("times", function ()
{
    refuses("a negative time for NextEvent", invalidArgument, ["NextEvent", "-2"],
        function () { sink.NextEvent(-2); });
    refuses("a negative time for Run", invalidArgument, ["Run", "-2"], function () { sink.Run(-2); });
    refuses("a time beyond all numbers", overflow, ["Run: timeoutMs is 10000000000", "2147483647"],
        function () { sink.Run(1e10); });
    refuses("a time that is no number", overflow, ["NextEvent: timeoutMs is NaN", "2147483647"],
        function () { sink.NextEvent(0 / 0); });
    refuses("a wait that is no number", overflow, ["WaitFor: timeoutMs is NaN"], function () { sink.WaitFor("OnReset", 0 / 0); });
    refuses("a word for a time", typeMismatch, ["NextEvent: timeoutMs is \"soon\"", "a whole number"],
        function () { sink.NextEvent("soon"); });
    refuses("a word for a property", typeMismatch, ["QueueCapacity", "\"many\"", "a whole number"],
        function () { sink.QueueCapacity = "many"; });
    refuses("an object for a number", typeMismatch, ["Unsubscribe: cookie is Object"], function () { sink.Unsubscribe(sink); });
});

test("QueueCapacity", function ()
{
    refuses("a negative capacity", invalidArgument, ["QueueCapacity", "-1"],
        function () { sink.QueueCapacity = -1; });
    equal("leaves the capacity as it was", sink.QueueCapacity, 1024);
});

test("an error does not stick", function ()
{
    var other = newSink(), seen = 0;

    try { other.OnGuestLogoff(9); } catch (error) { }
    other.Subscribe("OnGuestLogoff", function () { ++seen; });
    other.OnGuestLogoff(1);
    equal("after an error the sink works as before", seen, 1);
});

finish();
