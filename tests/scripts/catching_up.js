// CatchUp: how a script knows that it has heard everything that was fired.

var host = new ActiveXObject("VMEvents.Host"), files = new ActiveXObject("Scripting.FileSystemObject");
var scenario = files.GetAbsolutePathName("catching_up.txt");

// One event a millisecond.
function writeScenario(count)
{
    var file = files.CreateTextFile(scenario, true);

    for (var i = 0; i < count; ++i)
        file.WriteLine(i + " OnConfigurationChanged \"n\" " + i);
    file.Close();
}

writeScenario(300);

test("handlers", function ()
{
    var sink = newSink(), machine = host.CreateMachine("Handled"), seen = [], fired;

    sink.Subscribe("OnConfigurationChanged", function (key, value) { seen.push(value); });
    sink.Connect(machine);
    equal("there is nothing to catch up with at first", sink.CatchUp(), 0);
    fired = machine.Play(scenario, 1000);
    equal("after Play nothing is missing", sink.CatchUp(), 0);
    equal("handlers have run for all that was fired", seen.length, fired);
    for (var i = 0; i < seen.length && seen[i] === i; ++i)
        ;
    equal("in order", i, fired);
    equal("none was lost", sink.Dropped, 0);
    host.RemoveMachine("Handled");
    equal("what a removed machine had fired has been heard", sink.CatchUp(), 0);
});

test("the queue", function ()
{
    var sink = newSink(), machine = host.CreateMachine("Polled"), fired, count = 0;

    sink.Connect(machine);
    fired = machine.Play(scenario, 1000);
    equal("nothing is missing", sink.CatchUp(60000), 0);
    while (sink.NextEvent(0))
        ++count;
    equal("all that was fired is in the queue", count, fired);
    host.RemoveMachine("Polled");
});

test("inside a handler", function ()
{
    var sink = newSink(), machine = host.CreateMachine("Inner"), count = 0;

    sink.Subscribe("OnReset", function () { ++count; sink.CatchUp(); });
    sink.Connect(machine);
    machine.Raise("OnReset");
    machine.Raise("OnReset");
    equal("CatchUp in a handler does not wait for that handler", sink.CatchUp(), 0);
    equal("and each event has been heard once", count, 2);
    host.RemoveMachine("Inner");
});

test("errors", function ()
{
    refuses("CatchUp(-2)", 0x80070057, ["CatchUp"], function () { newSink().CatchUp(-2); });
});

files.DeleteFile(scenario);
finish();
