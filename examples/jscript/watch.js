// Prints a machine's events as they arrive, and comments on some.
//
//     cscript //nologo watch.js [SCENARIO [SPEED]]
//
// SCENARIO is the file that the machine plays, ..\scenarios\workday.txt if none is named; SPEED 2 plays it in half the
// time. vmevents.dll has to be registered (regsvr32 vmevents.dll) and vmhost.exe too (vmhost /regserver).
//
// Play returns when the scenario is over, and a script can do only one thing at a time. So this script starts itself
// once more: the second process plays, the first one waits in Run and has its handlers called.

var vmVMState_Running = 5, vmVMState_DeleteMachine = 10, vmLogoff_Forced = 1;

var files = new ActiveXObject("Scripting.FileSystemObject");
var host = new ActiveXObject("VMEvents.Host");

function twoDigits(number)
{
    return (number < 10 ? "0" : "") + number;
}

function clock(date)
{
    return twoDigits(date.getHours()) + ":" + twoDigits(date.getMinutes()) + ":" + twoDigits(date.getSeconds());
}

function comment(text)
{
    WScript.Echo("            " + text);
}

function watch(machine)
{
    var sink = new ActiveXObject("VMEvents.Sink");

    // A function for "*" is called with the record of every event. Its time is UTC.
    sink.Subscribe("*", function (record)
    {
        WScript.Echo(clock(new Date(record.Time)) + "  " + record.Source + "  " + record.Text);
    });

    // A function for one event is called with that event's arguments.
    sink.Subscribe("OnGuestLogoff", function (logoffType)
    {
        if (logoffType == vmLogoff_Forced)
            comment("somebody was thrown out");
    });

    // Of an object those methods are called that are named like events; what it lacks, it does not hear.
    sink.Subscribe("*", {
        OnStateChange: function (state)
        {
            if (state == vmVMState_Running)
                comment("the machine is running");
            // The second process removes the machine at the end.
            if (state == vmVMState_DeleteMachine)
                sink.Stop();
        },
        OnDiskOutOfSpace: function (criticallyLow)
        {
            comment(criticallyLow ? "make room on the disk, at once" : "make room on the disk");
        }
    });

    sink.Connect(machine);
    return sink;
}

function startPlayer(name, scenario, speed)
{
    var command = [WScript.FullName, "//nologo", WScript.ScriptFullName, "/play", name, scenario, speed];

    for (var i = 0; i < command.length; ++i)
        command[i] = "\"" + command[i] + "\"";
    new ActiveXObject("WScript.Shell").Run(command.join(" "), 0, false);
}

// The second process. Whatever happens, it removes the machine, which ends the first one.
function play(name, scenario, speed)
{
    try
    {
        host.FindMachine(name).Play(scenario, speed);
    }
    finally
    {
        host.RemoveMachine(name);
    }
}

function main(scenario, speed)
{
    var name = "Workday " + Math.floor(Math.random() * 100000), sink;

    if (!files.FileExists(scenario))
    {
        WScript.Echo("watch: there is no scenario " + scenario);
        return 1;
    }
    sink = watch(host.CreateMachine(name));
    startPlayer(name, scenario, speed);
    // Handlers run in here.
    sink.Run();
    WScript.Echo(sink.Received + " events, " + sink.Failed + " failed calls of handlers");
    return 0;
}

function scenarioPath()
{
    if (WScript.Arguments.length > 0)
        return files.GetAbsolutePathName(WScript.Arguments(0));
    // The folder beside this script's.
    return files.BuildPath(files.GetParentFolderName(files.GetParentFolderName(WScript.ScriptFullName)),
        "scenarios\\workday.txt");
}

if (WScript.Arguments.length == 4 && WScript.Arguments(0) == "/play")
    play(WScript.Arguments(1), WScript.Arguments(2), Number(WScript.Arguments(3)));
else
    WScript.Quit(main(scenarioPath(), WScript.Arguments.length > 1 ? Number(WScript.Arguments(1)) : 1));
