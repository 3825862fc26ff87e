// NextEvent, Run and Stop: how long they wait, and what ends them.

var tolerance = 50;

function checkDuration(what, wanted, body)
{
    var seen = quickest(body);

    // Clocks count in steps of up to 16 ms.
    check(what + " takes " + wanted + " ms", seen >= wanted - 16 && seen <= wanted + tolerance, seen + " ms");
}

test("times", function ()
{
    var sink = newSink();

    checkDuration("NextEvent(0)", 0, function () { sink.NextEvent(0); });
    checkDuration("NextEvent(120)", 120, function () { sink.NextEvent(120); });
    checkDuration("NextEvent(300)", 300, function () { sink.NextEvent(300); });
    checkDuration("Run(0)", 0, function () { sink.Run(0); });
    checkDuration("Run(120)", 120, function () { sink.Run(120); });
    checkDuration("Run(300)", 300, function () { sink.Run(300); });
});

test("an event that waits", function ()
{
    var sink = newSink();

    checkDuration("NextEvent with an event in the queue", 0, function () { sink.OnReset(); sink.NextEvent(5000); });
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

    checkDuration("Run after Stop", 0, function () { sink.Stop(); sink.Run(2000); });
    checkDuration("the Run after that", 100, function () { sink.Run(100); });
    checkDuration("NextEvent after Stop", 0, function () { sink.Stop(); sink.NextEvent(2000); });
    sink.Stop();
    sink.Stop();
    sink.Run(2000);
    checkDuration("two Stops end one Run; the next", 100, function () { sink.Run(100); });
});

test("Stop before NextEvent", function ()
{
    var sink = newSink();

    sink.OnReset();
    sink.Stop();
    equal("NextEvent after Stop still returns what is there", sink.NextEvent(1000).Name, "OnReset");
    check("and the Stop is kept for the call that waits", milliseconds(function () { sink.Run(5000); }) < 1000);
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
