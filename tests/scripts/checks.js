// What every JScript test begins with: run_script.cmake puts this in front of it. The test's arguments are the folder
// that it came from and the architecture that the script host has to be of.

var checks = 0, failures = 0;

function say(line)
{
    WScript.Echo(line);
}

function check(what, holds, seen)
{
    ++checks;
    if (holds)
        return say("PASS " + what);
    ++failures;
    say("FAIL " + what + (arguments.length > 2 ? ": " + seen : ""));
}

function equal(what, seen, expected)
{
    check(what, seen === expected, "seen " + seen + ", expected " + expected);
}

// Holds when the function throws that error, and the error says all of what the texts say.
function refuses(what, number, texts, body)
{
    var says = true;

    try
    {
        body();
    }
    catch (error)
    {
        for (var i = 0; i < texts.length; ++i)
            says = says && error.message.indexOf(texts[i]) >= 0;
        check(what, error.number === (number | 0) && says, "error " + error.number + ": " + error.message);
        return;
    }
    check(what, false, "no error");
}

// One thing to test. What it throws is a failure of its own, and the others go on.
function test(what, body)
{
    try
    {
        body();
    }
    catch (error)
    {
        check(what, false, "error " + error.number + ": " + error.message);
    }
}

function milliseconds(body)
{
    var start = new Date().getTime();

    body();
    return new Date().getTime() - start;
}

// How long a test waits for what has to come, on a machine that has much else to do: four minutes.
var patience = 240000;

// Runs handlers until the function holds. False: it does not.
function runUntil(sink, holds)
{
    for (var start = new Date().getTime(); !holds() && new Date().getTime() - start < patience;)
        sink.Run(20);
    return holds();
}

// Windows Script Host has no way to keep a processor busy for a time but this.
function work(duration)
{
    var start = new Date().getTime();

    while (new Date().getTime() - start < duration)
        ;
}

function newSink()
{
    return new ActiveXObject("VMEvents.Sink");
}

// Wine's script host ends with code 0 and without a word after an error: only this line says that all has been run.
function finish()
{
    if (failures)
        say(failures + " of " + checks + " checks failed");
    else
        say("all " + checks + " checks passed");
    WScript.Quit(failures ? 1 : 0);
}

// Wine's result has a NUL at its end.
check("the script host is of the bitness that is tested",
    new ActiveXObject("WScript.Shell").ExpandEnvironmentStrings("%PROCESSOR_ARCHITECTURE%")
        .indexOf(WScript.Arguments(1)) == 0);
