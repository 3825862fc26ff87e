// Has a window for messages, as every subscriber has, until its order is "quit"; the host knows nothing of it.
//
//     cscript //nologo hold.js FOLDER
//
// Orders and answers are as watch.js has them.

var files = new ActiveXObject("Scripting.FileSystemObject");
var sink = new ActiveXObject("VMEvents.Sink");

var order = files.BuildPath(WScript.Arguments(0), "order"), text = "", file;

// Wine's cscript says nothing of an error that nobody catches.
try
{
    sink.Subscribe("*", function () {});
    while (text != "quit")
    {
        if (files.FileExists(order))
        {
            file = files.OpenTextFile(order);
            text = file.ReadAll();
            file.Close();
            files.DeleteFile(order);
            WScript.Echo("done ");
        }
        sink.Run(200);
    }
}
catch (e)
{
    WScript.Echo("failed " + (e.number < 0 ? e.number + 0x100000000 : e.number).toString(16) + " " + e.description);
}
