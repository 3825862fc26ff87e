// The second process of two_processes.js: raises events at a machine. Arguments: its name, and what.

var machine = new ActiveXObject("VMEvents.Host").FindMachine(WScript.Arguments(0)), files, i;

switch (WScript.Arguments(1))
{
    case "one":
        machine.Raise("OnReset");
        break;
    case "hundred":
        for (i = 0; i < 100; ++i)
            machine.Raise("OnConfigurationChanged", "n", i);
        machine.Raise("OnGuestShutdown");
        break;
    case "ten":
        // The handler of the first runs while the others are raised, and waits for the file.
        for (i = 0; i < 10; ++i)
            machine.Raise("OnReset");
        files = new ActiveXObject("Scripting.FileSystemObject");
        files.CreateTextFile(files.BuildPath(files.GetSpecialFolder(2).Path, "vmevents_raised.txt")).Close();
        machine.Raise("OnConfigurationChanged", "raised", 10);
        break;
}
