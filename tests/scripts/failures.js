// What went wrong: LastFailure, and the subscription "!" that hears each failure and each refused event.

var invalidArgument = 0x80070057;

function attempt(body)
{
    try
    {
        body();
    }
    catch (error)
    {
    }
}

// Wine's JScript keeps to itself what was thrown: then there are words for the number.
function says(failure, words)
{
    return failure.Description === words || failure.Description.length > 0 && failure.Number === (0x80004005 | 0);
}

// A sink whose "!" is heard, as texts.
function listening(heard)
{
    var sink = newSink();

    sink.Subscribe("!", function (failure) { heard.push(failure); });
    return sink;
}

test("none at first", function ()
{
    var sink = newSink();

    check("LastFailure is null", sink.LastFailure === null, sink.LastFailure);
    sink.Subscribe("OnReset", function () { });
    sink.OnReset();
    check("and after a handler that does not fail", sink.LastFailure === null, sink.LastFailure);
});

test("a handler that throws", function ()
{
    var sink = newSink(), failure;

    sink.Subscribe("OnGuestLogoff", function () { throw new Error(5, "no such table"); });
    sink.OnGuestLogoff(1);
    failure = sink.LastFailure;
    equal("counts", sink.Failed, 1);
    equal("the record", failure.Record.Text, "OnGuestLogoff(logoffType=vmLogoff_Forced)");
    equal("which is that of the queue", failure.Record.Sequence, sink.NextEvent(0).Sequence);
    check("the description", says(failure, "no such table"), failure.Text);
    check("the number is an error", failure.Number < 0, failure.Number);
    equal("the name", failure.Event, "OnGuestLogoff");
    equal("no label", failure.Label, "");
    check("the text says all", (failure + "").indexOf(
        "OnGuestLogoff(logoffType=vmLogoff_Forced) failed: " + failure.Description + " (0x80") === 0, failure + "");
    sink.OnReset();
    equal("it stays the last", sink.LastFailure.Text, failure.Text);
});

test("a handler that takes too much for granted", function ()
{
    var sink = newSink();

    sink.Subscribe("OnReset", { OnReset: function () { missing.member = 1; } });
    sink.OnReset();
    check("has a description", sink.LastFailure.Description.length > 0, sink.LastFailure.Text);
    equal("and the event", sink.LastFailure.Event, "OnReset");
});

test("failures are heard as they happen", function ()
{
    var heard = [], order = "", sink = newSink();

    sink.Subscribe("OnReset", function () { order += "r"; throw new Error("one"); });
    sink.Subscribe("!", function (failure) { order += "!"; heard.push(failure); });
    sink.Subscribe("OnReset", function () { order += "s"; });
    sink.OnReset();
    sink.OnReset();
    equal("each", heard.length, 2);
    equal("in their order", order, "r!sr!s");
    check("with what was said", says(heard[1], "one"), heard[1].Text);
    equal("the last is LastFailure", sink.LastFailure.Record.Sequence, heard[1].Record.Sequence);
    equal("they are no events", sink.Received, 2);
    equal("and number none", sink.NextEvent(0).Sequence + sink.NextEvent(0).Sequence, 3);
});

test("refused events are heard", function ()
{
    var heard = [], sink = listening(heard);

    refuses("an illegal value", invalidArgument, ["logoffType is 9"], function () { sink.OnGuestLogoff(9); });
    attempt(function () { sink.OnGuestLogoff("sideways"); });
    attempt(function () { sink.OnReset(1); });
    attempt(function () { sink.OnDiskOutOfSpace(); });
    equal("each", heard.length, 4);
    equal("and counted", sink.Rejected, 4);
    check("there is no record of it", heard[0].Record === null, heard[0].Record);
    equal("the number", heard[0].Number, invalidArgument | 0);
    check("the description", heard[0].Description.indexOf("2 (vmLogoff_External)") > 0, heard[0].Description);
    equal("who says so", heard[0].Source, "VMEvents.Sink");
    equal("the event", heard[0].Event, "OnGuestLogoff");
    check("a word for a number", heard[1].Description.indexOf('logoffType is "sideways"') > 0, heard[1].Description);
    equal("too many arguments", heard[2].Description, "OnReset takes 0 arguments, not 1");
    equal("too few", heard[3].Description, "OnDiskOutOfSpace takes 1 argument (criticallyLow), not 0");
    check("LastFailure is of handlers", sink.LastFailure === null, sink.LastFailure);
});

test("a handler of failures that fails only counts", function ()
{
    var sink = newSink(), calls = 0;

    sink.Subscribe("!", function () { ++calls; throw new Error("in the handler of failures"); });
    sink.Subscribe("OnReset", function () { throw new Error("first"); });
    sink.Subscribe("OnReset", function () { });
    sink.OnReset();
    equal("it is called once", calls, 1);
    equal("both count", sink.Failed, 2);
    equal("the last failure is the other", sink.LastFailure.Event, "OnReset");
});

test("what goes wrong while a failure is told only counts", function ()
{
    var sink = newSink(), calls = 0;

    sink.Subscribe("!", function ()
    {
        ++calls;
        attempt(function () { sink.OnGuestLogoff(77); });
        sink.OnReset();
    });
    sink.Subscribe("OnReset", function () { throw new Error("again"); });
    sink.OnReset();
    sink.Run(0);
    equal("there is an end", calls, 1);
    equal("the refused one counts", sink.Rejected, 1);
    check("the failed ones count", sink.Failed >= 2, sink.Failed);
});

test("objects hear failures by OnFailure", function ()
{
    var sink = newSink(), seen = "";

    sink.Subscribe("!", { OnFailure: function (failure) { seen = failure.Event; } });
    refuses("an object without it", invalidArgument, ["no method OnFailure"],
        function () { sink.Subscribe("!", { OnReset: function () { } }); });
    sink.Subscribe("OnReset", function () { throw new Error("for the object"); });
    sink.OnReset();
    equal("with the failure", seen, "OnReset");
});

test("subscriptions to failures are subscriptions", function ()
{
    var sink = newSink(), calls = 0, count = function () { ++calls; }, cookie = sink.Subscribe("!", count);

    sink.Subscribe("OnReset", function () { throw new Error("x"); });
    equal("they count", sink.Subscriptions, 2);
    sink.OnReset();
    sink.Unsubscribe(cookie);
    sink.OnReset();
    equal("and end", calls, 1);
    refuses("a list with it", invalidArgument, ["stands alone"], function () { sink.Subscribe("OnReset,!", count); });
    refuses("an array", invalidArgument, ["stands alone"], function () { sink.Subscribe(["!"], count); });
    refuses("WaitFor", invalidArgument, ["is no event"], function () { sink.WaitFor("!", 0); });
});

test("what comes from a source has its label", function ()
{
    var hub = newSink(), sink = newSink(), all = [], one = [], other = [];

    sink.Connect(hub, "Web");
    sink.Subscribe("OnReset", function () { throw new Error("from afar"); });
    sink.Subscribe("!", function (failure) { all.push(failure.Label); });
    sink.Subscribe("!", function (failure) { one.push(failure.Record.Source); }, "web");
    sink.Subscribe("!", function (failure) { other.push(failure.Label); }, "Mail");
    hub.OnReset();
    sink.CatchUp(patience);
    sink.OnReset();
    equal("all hear all", all.join(), "Web,");
    equal("one label alone", one.join(), "Web");
    equal("another hears none", other.length, 0);
});

finish();
