// The second process of two_processes.js: raises events at a machine. Arguments: its name, and what.

var machine = new ActiveXObject("VMEvents.Host").FindMachine(WScript.Arguments(0)), start, i;

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
    case "timed":
        // The handler of the first runs while the others are raised.
        start = new Date().getTime();
        for (i = 0; i < 10; ++i)
            machine.Raise("OnReset");
        machine.Raise("OnConfigurationChanged", "milliseconds", new Date().getTime() - start);
        break;
}
