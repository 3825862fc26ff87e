// Objects that keep each other, left as they are: the script ends by itself, not by WScript.Quit, so that the engine and
// the apartment let go of them. What goes wrong then is seen in the exit code.

var kept = [];

test("a sink that is connected to itself", function ()
{
    var sink = newSink(), calls = 0;

    sink.Connect(sink);
    sink.Subscribe("OnReset", function () { ++calls; });
    sink.OnReset();
    equal("it hears an event once", calls, 1);
    equal("and counts it once", sink.Received, 1);
    kept.push(sink);
});

test("a sink that disconnects from itself", function ()
{
    var sink = newSink(), cookie = sink.Connect(sink);

    sink.Disconnect(cookie);
    refuses("the connection ends once", 0x80040200, ["Disconnect"], function () { sink.Disconnect(cookie); });
});

test("sinks in a ring", function ()
{
    for (var count = 2; count <= 4; ++count)
    {
        var sinks = [];

        for (var i = 0; i < count; ++i)
            sinks.push(newSink());
        for (i = 0; i < count; ++i)
            sinks[i].Connect(sinks[(i + 1) % count]);
        sinks[0].OnReset();
        for (i = 0; i < count; ++i)
            equal("each of " + count + " sinks hears the event once", sinks[i].Received, 1);
    }
});

test("two sinks that are connected to each other and to themselves", function ()
{
    var one = newSink(), two = newSink();

    one.Connect(two);
    two.Connect(one);
    one.Connect(one);
    two.Connect(two);
    kept.push(two);
    check("both are left", true);
});

test("handlers that keep the sink", function ()
{
    var sink = newSink(), other = newSink(), handler = { sinks: [sink, other], OnReset: function () { return sink; } };

    handler.itself = handler;
    sink.Connect(other);
    sink.Subscribe("*", handler);
    other.Subscribe("OnReset", function () { return [sink, other]; });
    other.OnReset();
    equal("the event has gone through both", sink.Received, 1);
});

test("sinks that are handlers", function ()
{
    var one = newSink(), two = newSink();

    refuses("one is no handler of itself", 0x80070057, ["Subscribe", "the sink itself"], function () { one.Subscribe("*", one); });
    one.Subscribe("*", two);
    two.Subscribe("*", one);
    one.OnReset();
    equal("each keeps the other, and hears an event once", [one.Received, two.Received].join(), "1,1");
});

if (failures)
    finish();
say("all " + checks + " checks passed");
