// NextEvent, Run and Stop: how long they wait, and what ends them. Never early is asserted; how late they are depends on
// who else uses the machine. What does not wait is given four minutes, which it must not take.

function waits(what, wanted, body)
{
    var seen;

    for (var i = 0; i < 3; ++i)
    {
        seen = milliseconds(body);
        // Clocks count in steps of up to 16 ms.
        check(what + " takes " + wanted + " ms or more", seen >= wanted - 16, seen + " ms");
    }
}

function doesNotWait(what, body)
{
    var seen = milliseconds(body);

    check(what + " does not wait", seen < patience - 16, seen + " ms");
}

test("times", function ()
{
    var sink = newSink();

    equal("NextEvent(0) has nothing to return", sink.NextEvent(0), null);
    waits("NextEvent(120)", 120, function () { sink.NextEvent(120); });
    waits("NextEvent(300)", 300, function () { sink.NextEvent(300); });
    equal("Run(0) has nothing to run", sink.Run(0), 0);
    waits("Run(120)", 120, function () { sink.Run(120); });
    waits("Run(300)", 300, function () { sink.Run(300); });
});

test("an event that waits", function ()
{
    var sink = newSink();

    doesNotWait("NextEvent with an event in the queue", function () { sink.OnReset(); sink.NextEvent(patience); });
    equal("it returned that", sink.NextEvent(0), null);
});

test("Run leaves the queue alone", function ()
{
    var sink = newSink();

    sink.OnReset();
    equal("Run without handlers counts none", sink.Run(20), 0);
    equal("and takes nothing from the queue", sink.NextEvent(0).Name, "OnReset");
});

test("Stop before Run", function ()
{
    var sink = newSink();

    doesNotWait("Run after Stop", function () { sink.Stop(); sink.Run(patience); });
    waits("the Run after that", 100, function () { sink.Run(100); });
    doesNotWait("NextEvent after Stop", function () { sink.Stop(); sink.NextEvent(patience); });
    sink.Stop();
    sink.Stop();
    doesNotWait("Run after two Stops", function () { sink.Run(patience); });
    waits("two Stops end one Run; the next", 100, function () { sink.Run(100); });
});

test("Stop before NextEvent", function ()
{
    var sink = newSink();

    sink.OnReset();
    sink.Stop();
    equal("NextEvent after Stop still returns what is there", sink.NextEvent(patience).Name, "OnReset");
    doesNotWait("the Stop is kept for the call that waits: Run", function () { sink.Run(patience); });
});

test("Run without a limit", function ()
{
    var sink = newSink();

    sink.Stop();
    equal("Run() ends by Stop", sink.Run(), 0);
    sink.Stop();
    equal("Run(-1) ends by Stop", sink.Run(-1), 0);
    sink.Stop();
    equal("NextEvent() ends by Stop", sink.NextEvent(), null);
});

test("a handler that waits", function ()
{
    var sink = newSink(), inner;

    sink.Subscribe("OnReset", function () { inner = sink.NextEvent(0); });
    sink.OnReset();
    equal("a handler may call NextEvent itself", inner.Name, "OnReset");
});

finish();
