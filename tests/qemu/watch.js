// The subscriber of the live tests: a script that watches machines through VMEvents.Sink, like anybody's.
//
//     cscript //nologo watch.js FOLDER
//
// Events are printed as they arrive, a line each: "event MACHINE TEXT", and in front of a logoff "user MACHINE NAME". It takes its orders from a file "order" in
// FOLDER, which it deletes: words parted by tabs, the first of them a key of `orders` below. When an order has been
// carried out, it prints "done RESULT", or "failed NUMBER DESCRIPTION".

var files = new ActiveXObject("Scripting.FileSystemObject");
var host = new ActiveXObject("VMEvents.Host");
var sink = new ActiveXObject("VMEvents.Sink");

var order = files.BuildPath(WScript.Arguments(0), "order"), going = true, connections = {};

function tell(record)
{
    // The floppy drive's events have the same names as the DVD drive's.
    var drive = record.Interface == "IVMVirtualMachineEvents" ? "" : record.Interface + ".";

    if (record.Name == "OnGuestLogoff")
        WScript.Echo("user " + record.Source + " " + record.Details("user"));
    WScript.Echo("event " + record.Source + " " + drive + record.Text);
}

var orders = {
    open: function (name, address)
    {
        connections[name] = sink.Connect(host.OpenMachine(name, address));
    },
    find: function (name)
    {
        connections[name] = sink.Connect(host.FindMachine(name));
    },
    // Removing a machine is its last event. Disconnect would drop it where it still is on its way.
    remove: function (name)
    {
        host.RemoveMachine(name);
        sink.CatchUp();
        sink.Disconnect(connections[name]);
    },
    logoff: function (name)
    {
        host.FindMachine(name).LogoffGuest();
    },
    get: function (name, property)
    {
        return host.FindMachine(name)[property];
    },
    counts: function ()
    {
        return sink.Received + " " + sink.Rejected + " " + sink.Failed + " " + sink.Dropped;
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
