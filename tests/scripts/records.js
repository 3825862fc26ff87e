// Records, the queue that NextEvent takes them from, and the counters.

function argumentsOf(record)
{
    return new VBArray(record.Arguments).toArray();
}

test("a record", function ()
{
    var sink = newSink(), record, time, now = new Date();

    sink.OnReset();
    sink.OnGuestLogoff(1);
    equal("NextEvent takes the oldest first", sink.NextEvent(0).Name, "OnReset");
    record = sink.NextEvent(0);
    equal("Sequence", record.Sequence, 2);
    equal("Source of an event raised by hand", record.Source, "");
    equal("Interface", record.Interface, "IVMVirtualMachineEvents");
    equal("Name", record.Name, "OnGuestLogoff");
    equal("Id", record.Id, 11);
    equal("Text", record.Text, "OnGuestLogoff(logoffType=vmLogoff_Forced)");
    equal("the default property is the text", "" + record, record.Text);
    equal("Arguments", argumentsOf(record).join(), "1");
    time = new Date(record.Time);
    time = Date.UTC(time.getFullYear(), time.getMonth(), time.getDate(), time.getHours(), time.getMinutes(),
        time.getSeconds());
    // The script's clock, and the seconds of the record's: a second less, or two.
    check("Time is that of the event, in UTC", time > now.getTime() - 2000 && time <= new Date().getTime() + 1000,
        time - now.getTime());
    equal("then the queue is empty", sink.NextEvent(0), null);
});

test("arguments", function ()
{
    var sink = newSink(), record;

    sink.OnConfigurationChanged("memory", 512);
    sink.OnTripleFault();
    record = sink.NextEvent(0);
    equal("two arguments stand in their order", argumentsOf(record).join(), "memory,512");
    equal("their number", new VBArray(record.Arguments).ubound() + 1, 2);
    equal("an event without arguments", new VBArray(sink.NextEvent(0).Arguments).ubound(), -1);
});

test("texts", function ()
{
    var sink = newSink(), texts = [];
    var wanted = ["OnStateChange(virtualMachineState=vmVMState_Running)", "OnReset()",
        "OnEnhancedVideoModeChanged(enhancedVideoMode=True)",
        "OnConfigurationChanged(configKey=\"a \"\"b\"\"\", configData=2.5)",
        "OnConfigurationChanged(configKey=\"\", configData=\"x\")",
        "OnConfigurationChanged(configKey=\"k\", configData=Null)",
        "OnConfigurationChanged(configKey=\"k\", configData=False)"];

    sink.OnStateChange(5);
    sink.OnReset();
    sink.OnEnhancedVideoModeChanged(true);
    sink.OnConfigurationChanged("a \"b\"", 2.5);
    sink.OnConfigurationChanged("", "x");
    sink.OnConfigurationChanged("k", null);
    sink.OnConfigurationChanged("k", false);
    for (var i = 0; i < wanted.length; ++i)
        equal("text " + wanted[i], sink.NextEvent(0).Text, wanted[i]);
});

test("a record outlives its sink", function ()
{
    var sink = newSink(), record;

    sink.OnConfigurationChanged("name", "Demo");
    record = sink.NextEvent(0);
    sink = null;
    CollectGarbage();
    equal("a record outlives its sink", record.Text, "OnConfigurationChanged(configKey=\"name\", configData=\"Demo\")");
});

test("a record outlives its event", function ()
{
    var sink = newSink(), kept = [];

    sink.Subscribe("*", function (record) { kept.push(record); });
    sink.OnGuestLogoff(0);
    sink.OnGuestLogoff(2);
    equal("a handler may keep its record", kept.join(),
        "OnGuestLogoff(logoffType=vmLogoff_Normal),OnGuestLogoff(logoffType=vmLogoff_External)");
});

test("the queue", function ()
{
    var sink = newSink(), seen = [], record;

    equal("its capacity to begin with", sink.QueueCapacity, 1024);
    sink.QueueCapacity = 3;
    equal("its capacity when set", sink.QueueCapacity, 3);
    for (var state = 1; state <= 5; ++state)
        sink.OnStateChange(state);
    equal("what does not fit is counted", sink.Dropped, 2);
    while ((record = sink.NextEvent(0)))
        seen.push(argumentsOf(record)[0]);
    equal("the oldest go", seen.join(), "3,4,5");
    equal("all were received", sink.Received, 5);
});

test("a smaller queue", function ()
{
    var sink = newSink();

    for (var state = 1; state <= 5; ++state)
        sink.OnStateChange(state);
    sink.QueueCapacity = 2;
    equal("making the queue smaller drops the oldest", sink.Dropped, 3);
    equal("and keeps the newest", sink.NextEvent(0).Sequence, 4);
});

test("no queue", function ()
{
    var sink = newSink();

    sink.QueueCapacity = 0;
    sink.OnReset();
    equal("without a queue NextEvent returns nothing", sink.NextEvent(0), null);
    equal("nothing counts as dropped", sink.Dropped, 0);
    equal("the event was received", sink.Received, 1);
    sink.QueueCapacity = 10;
    sink.OnTripleFault();
    equal("the queue can be turned on again", sink.NextEvent(0).Name, "OnTripleFault");
});

test("the default queue", function ()
{
    var sink = newSink();

    for (var i = 0; i < 1030; ++i)
        sink.OnReset();
    equal("1024 events are kept without being asked for", sink.Dropped, 6);
    equal("the oldest of them", sink.NextEvent(0).Sequence, 7);
});

test("counters", function ()
{
    var sink = newSink();

    equal("all begin at 0", [sink.Received, sink.Rejected, sink.Failed, sink.Dropped].join(), "0,0,0,0");
});

finish();
