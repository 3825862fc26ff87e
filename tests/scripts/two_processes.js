// Events that a second script raises, in a process of its own, while this one waits.

var host = new ActiveXObject("VMEvents.Host"), shell = new ActiveXObject("WScript.Shell");
var files = new ActiveXObject("Scripting.FileSystemObject");
var mark = files.BuildPath(files.GetSpecialFolder(2).Path, "vmevents_raised.txt");

function startRaiser(machine, what)
{
    var script = WScript.Arguments(0) + "\\raiser.js";

    shell.Run("\"" + WScript.FullName + "\" //nologo \"" + script + "\" " + machine + " " + what, 0, false);
}

test("NextEvent", function ()
{
    var sink = newSink(), machine = host.CreateMachine("Polled"), record;

    sink.Connect(machine);
    startRaiser("Polled", "one");
    record = sink.NextEvent(patience);
    check("NextEvent returns an event that another process raises meanwhile", record && record.Name == "OnReset");
    equal("with its source", record.Source, "Polled");
    host.RemoveMachine("Polled");
});

test("Run", function ()
{
    var sink = newSink(), machine = host.CreateMachine("Handled"), seen = [], count;

    sink.Subscribe("OnConfigurationChanged", function (key, value) { seen.push(value); });
    sink.Subscribe("OnGuestShutdown", function () { sink.Stop(); });
    sink.Connect(machine);
    startRaiser("Handled", "hundred");
    count = sink.Run(patience);
    equal("Run runs the handlers of all events, and Stop in a handler ends it", count, 101);
    for (var i = 0; i < seen.length && seen[i] === i; ++i)
        ;
    equal("in their order", i, 100);
    host.RemoveMachine("Handled");
});

test("Run without a limit", function ()
{
    var sink = newSink(), machine = host.CreateMachine("Unlimited");

    sink.Subscribe("*", { OnReset: function () { sink.Stop(); } });
    sink.Connect(machine);
    startRaiser("Unlimited", "one");
    equal("Run without a limit ends by Stop in a handler", sink.Run(), 1);
    host.RemoveMachine("Unlimited");
});

test("handlers while NextEvent waits", function ()
{
    var sink = newSink(), machine = host.CreateMachine("Both"), handled = 0, record;

    sink.Subscribe("OnReset", function () { ++handled; });
    sink.Connect(machine);
    startRaiser("Both", "one");
    record = sink.NextEvent(patience);
    runUntil(sink, function () { return handled; });
    check("an event goes to the queue and to the handler", record && record.Name == "OnReset" && handled == 1, handled);
    host.RemoveMachine("Both");
});

test("a slow handler", function ()
{
    var sink = newSink(), machine = host.CreateMachine("Slow"), handled = 0, raised = false;

    // The raiser makes the file when its ten calls have returned, and the first handler is not over before.
    function waitForRaiser()
    {
        for (var start = new Date().getTime(); !raised && new Date().getTime() - start < patience; work(20))
            raised = files.FileExists(mark);
    }

    if (files.FileExists(mark))
        files.DeleteFile(mark);
    sink.Subscribe("OnReset", function () { ++handled; waitForRaiser(); });
    sink.Subscribe("OnConfigurationChanged", function () { sink.Stop(); });
    sink.Connect(machine);
    startRaiser("Slow", "ten");
    sink.Run(patience);
    equal("a slow handler has had every event", handled, 10);
    check("ten calls of Raise did not wait for it", raised);
    files.DeleteFile(mark);
    host.RemoveMachine("Slow");
});

finish();
