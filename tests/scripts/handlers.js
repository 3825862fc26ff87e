// Handlers: functions and objects, what they are called with, and what they may do while they run.

test("a function is called with the event's arguments", function ()
{
    var sink = newSink(), calls = [];

    sink.Subscribe("OnGuestLogoff", function () { calls.push(["logoff", arguments.length, arguments[0]].join()); });
    sink.Subscribe("OnReset", function () { calls.push(["reset", arguments.length].join()); });
    sink.Subscribe("OnConfigurationChanged", function (key, value) { calls.push([key, value, typeof value].join()); });
    sink.OnGuestLogoff(1);
    sink.OnReset();
    sink.OnConfigurationChanged("memory", 512);
    sink.OnConfigurationChanged("name", "B\u00fcro");
    sink.OnTripleFault();
    equal("a function is called with the event's arguments, before the call that raised it returns",
        calls.join(";"), "logoff,1,1;reset,0;memory,512,number;name,B\u00fcro,string");
});

test("a boolean argument", function ()
{
    var sink = newSink(), seen = [];

    sink.Subscribe("OnDiskOutOfSpace", function (critical) { seen.push(typeof critical + critical); });
    sink.OnDiskOutOfSpace(true);
    sink.OnDiskOutOfSpace(false);
    equal("a boolean arrives as a boolean", seen.join(), "booleantrue,booleanfalse");
});

test("\"*\" with a function", function ()
{
    var sink = newSink(), seen = [];

    sink.Subscribe("*", function (record)
    {
        seen.push([arguments.length, record.Name, record.Sequence, record].join(" "));
    });
    sink.OnGuestLogoff(2);
    sink.OnReset();
    equal("a function for \"*\" is called with the record", seen.join(";"),
        "1 OnGuestLogoff 1 OnGuestLogoff(logoffType=vmLogoff_External);1 OnReset 2 OnReset()");
});

test("an object", function ()
{
    var sink = newSink(), seen = [];
    var handler = {
        name: "mine",
        OnGuestLogoff: function (type) { seen.push(this.name + " logoff " + type); },
        OnStateChange: function (state) { seen.push(this.name + " state " + state); }
    };
    var cookie = sink.Subscribe("*", handler);

    check("Subscribe returns a cookie", typeof cookie == "number" && cookie != 0, cookie);
    sink.OnGuestLogoff(0);
    sink.OnReset();
    sink.OnStateChange(5);
    equal("an object's methods are called with the event's arguments, also for \"*\"", seen.join(),
        "mine logoff 0,mine state 5");
    equal("an event that the object has no method for is no failure", sink.Failed, 0);
    handler.OnReset = function () { seen.push("late reset"); };
    sink.OnReset();
    equal("a method that the object gets later counts", seen[2], "late reset");
});

test("an object for one event", function ()
{
    var sink = newSink(), seen = [];

    sink.Subscribe("OnReset", {
        OnReset: function () { seen.push("reset"); },
        OnTripleFault: function () { seen.push("fault"); }
    });
    sink.OnTripleFault();
    sink.OnReset();
    equal("an object hears only what it was subscribed to", seen.join(), "reset");
});

test("ways to name an event", function ()
{
    var sink = newSink(), seen = [];
    var names = ["ONGUESTLOGOFF", "onguestlogoff", "IVMVirtualMachineEvents.OnGuestLogoff",
        "ivmvirtualmachineevents.onguestlogoff", 11, 11.0, new Number(11).valueOf()];

    for (var i = 0; i < names.length; ++i)
        sink.Subscribe(names[i], function (type) { seen.push(type); });
    sink.OnGuestLogoff(1);
    sink.OnReset();
    equal("names in any case, qualified names and numbers mean the same event", seen.join(), "1,1,1,1,1,1,1");
});

test("order of handlers", function ()
{
    var sink = newSink(), seen = [];

    sink.Subscribe("OnReset", function () { seen.push("a"); });
    sink.Subscribe("*", function () { seen.push("b"); });
    sink.Subscribe(3, function () { seen.push("c"); });
    sink.OnReset();
    equal("handlers are called in the order of their subscriptions", seen.join(""), "abc");
});

test("Unsubscribe", function ()
{
    var sink = newSink(), calls = 0, cookie = sink.Subscribe("OnReset", function () { ++calls; });

    sink.OnReset();
    sink.Unsubscribe(cookie);
    sink.OnReset();
    equal("after Unsubscribe a handler does not run", calls, 1);
});

test("Unsubscribe inside a handler", function ()
{
    var sink = newSink(), calls = 0, cookie;

    cookie = sink.Subscribe("OnReset", function () { ++calls; sink.Unsubscribe(cookie); });
    sink.OnReset();
    sink.OnReset();
    equal("a handler that unsubscribes itself has run for the last time", calls, 1);
    equal("that is no failure", sink.Failed, 0);
});

test("Unsubscribe of another handler", function ()
{
    var sink = newSink(), seen = [], second;

    sink.Subscribe("OnReset", function () { seen.push("first"); if (second) sink.Unsubscribe(second); second = 0; });
    second = sink.Subscribe("OnReset", function () { seen.push("second"); });
    sink.OnReset();
    sink.OnReset();
    equal("a handler that another one unsubscribes does not run again, not even for that event", seen.join(),
        "first,first");
});

test("Subscribe inside a handler", function ()
{
    var sink = newSink(), seen = [], added = false;

    sink.Subscribe("OnReset", function ()
    {
        seen.push("old");
        if (!added)
            sink.Subscribe("OnReset", function () { seen.push("new"); });
        added = true;
    });
    sink.OnReset();
    sink.OnReset();
    equal("a handler that is added inside a handler hears the events after this one", seen.join(), "old,old,new");
});

test("an event inside a handler", function ()
{
    var sink = newSink(), seen = [];

    sink.Subscribe("*", function (record)
    {
        seen.push("begin " + record.Name);
        if (record.Name == "OnReset")
            sink.OnTripleFault();
        seen.push("end " + record.Name);
    });
    sink.OnReset();
    equal("a handler hears the event that it raises itself when it has returned", seen.join(),
        "begin OnReset,end OnReset,begin OnTripleFault,end OnTripleFault");
});

test("a handler that throws", function ()
{
    var sink = newSink(), calls = 0, others = 0;

    sink.Subscribe("OnReset", function () { ++calls; throw new Error("on purpose"); });
    sink.Subscribe("OnReset", function () { ++others; });
    sink.OnReset();
    sink.OnReset();
    equal("a handler that throws keeps its subscription", calls, 2);
    equal("the other handlers run", others, 2);
    equal("Failed counts it", sink.Failed, 2);
    equal("the events count as received", sink.Received, 2);
});

test("an object whose method throws", function ()
{
    var sink = newSink();

    sink.Subscribe("*", { OnReset: function () { throw new Error("on purpose"); }, OnTripleFault: function () { } });
    sink.OnReset();
    sink.OnTripleFault();
    equal("Failed counts only the call that threw", sink.Failed, 1);
});

test("two sinks", function ()
{
    var one = newSink(), two = newSink(), seen = [];

    one.Subscribe("OnReset", function () { seen.push("one"); });
    two.Subscribe("OnReset", function () { seen.push("two"); });
    one.OnReset();
    two.OnReset();
    one.OnReset();
    equal("each sink calls its own handlers", seen.join(), "one,two,one");
    equal("and counts its own events", one.Received + "," + two.Received, "2,1");
});

test("one handler, two subscriptions", function ()
{
    var sink = newSink(), calls = 0, handler = function () { ++calls; };
    var first = sink.Subscribe("OnReset", handler), second = sink.Subscribe("OnReset", handler);

    check("each subscription has a cookie of its own", first != second, first);
    sink.OnReset();
    sink.Unsubscribe(first);
    sink.OnReset();
    equal("each is a subscription by itself", calls, 3);
});

test("a sink that is forgotten", function ()
{
    var sink = newSink(), calls = 0;

    sink.Subscribe("*", function () { ++calls; return sink; });
    sink.OnReset();
    sink = null;
    CollectGarbage();
    equal("a sink may be forgotten with its handlers", calls, 1);
});

finish();
