// Hears every machine of the host by one connection, and tells each event as its record's JSON: a line "event - JSON". It
// takes its orders as tests/qemu/watch.js does.
//
//     cscript //nologo everything.js FOLDER

var files = new ActiveXObject("Scripting.FileSystemObject");
var host = new ActiveXObject("VMEvents.Host");
var sink = new ActiveXObject("VMEvents.Sink");

var order = files.BuildPath(WScript.Arguments(0), "order"), going = true;

function tell(record)
{
    WScript.Echo("event - " + record.Json);
}

var orders = {
    create: function (name)
    {
        host.CreateMachine(name);
    },
    open: function (name, address)
    {
        host.OpenMachine(name, address);
    },
    remove: function (name)
    {
        host.RemoveMachine(name);
        sink.CatchUp();
    },
    raise: function (name, event)
    {
        host.FindMachine(name).Raise(event);
    },
    state: function (name, state)
    {
        host.FindMachine(name).Raise("OnStateChange", Number(state));
    },
    play: function (name, path)
    {
        host.FindMachine(name).Play(path, 4);
    },
    get: function (name, property)
    {
        return host.FindMachine(name)[property];
    },
    names: function ()
    {
        var names = [];

        for (var machines = new Enumerator(host.Machines); !machines.atEnd(); machines.moveNext())
            names.push(machines.item().Name);
        return names.sort().join("|");
    },
    quit: function ()
    {
        going = false;
    }
};

function complain(e)
{
    WScript.Echo("failed " + (e.number < 0 ? e.number + 0x100000000 : e.number).toString(16) + " " + e.description);
}

function carryOut(words)
{
    var result;

    try
    {
        result = orders[words[0]](words[1], words[2]);
        WScript.Echo("done " + (result === undefined ? "" : result));
    }
    catch (e)
    {
        complain(e);
    }
}

function takeOrder()
{
    var file = files.OpenTextFile(order), text = file.ReadAll();

    file.Close();
    files.DeleteFile(order);
    return text.split("\t");
}

// Wine's cscript says nothing of an error that nobody catches.
try
{
    sink.Subscribe("*", tell);
    sink.Connect(host.Machines);
    while (going)
    {
        if (files.FileExists(order))
            carryOut(takeOrder());
        // Handlers run in here.
        sink.Run(20);
    }
}
catch (e)
{
    complain(e);
}
