/*
 * A vmforward without a host: `feed CONFIG EVENTS MACHINES [PAUSE_MS]` forwards so many events of machines that are
 * pretended, as the configuration file says, and ends by SIGTERM, or when the line "stop" comes on its standard input. What
 * is said goes to standard output; "fed" is the line when all events have been handed over. By the lines "full" and "room"
 * its disk is full, and is not.
 */
#include "forward/forwarder.h"

#include "forward/full_disk.h"
#include "support/counted_memory.h"
#include "support/test.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

static struct config config;
static struct forwarder *forwarder;
static unsigned long events, machines, pause_ms;

static void complain(void *context, unsigned int line, const char *text)
{
    (void)context;
    fprintf(stderr, "line %u: %s\n", line, text);
}

static void say(void *context, bool is_fault, const char *text)
{
    (void)context;
    printf("%s: %s\n", is_fault ? "fault" : "fine", text);
    fflush(stdout);
}

static void feed(void *context)
{
    static const char *const states[] = {"vmVMState_Running", "vmVMState_TurnedOff"};
    char machine[32], arguments[64], text[64];
    struct cloud_event event = {
            "IVMVirtualMachineEvents", NULL, "2026-01-31T09:05:01.223Z", arguments, text, NULL, NULL};
    struct heard_event *heard;
    bool is_state;

    (void)context;
    for (unsigned long i = 0; i < events; ++i)
    {
        is_state = i / machines % 10 == 0;
        snprintf(machine, sizeof(machine), "vm %lu", i % machines);
        snprintf(arguments, sizeof(arguments), "{\"index\":%lu}", i);
        event.name = is_state ? "OnStateChange" : "OnGuestLogoff";
        snprintf(text, sizeof(text), "%s(%lu)", event.name, i);
        CHECK(heard = heard_event_create(machine, &event, is_state ? states[i / machines / 10 % 2] : NULL, false));
        while (!forwarder_hand(forwarder, heard, 1000))
            ;
        if (pause_ms)
            uv_sleep((unsigned int)pause_ms);
    }
    puts("fed");
    fflush(stdout);
}

static void wait_for_stop(void *context)
{
    char line[16];

    (void)context;
    while (fgets(line, sizeof(line), stdin) && strncmp(line, "stop", 4) != 0)
        disk_is_full = !strncmp(line, "full", 4);
    forwarder_stop(forwarder);
}

int main(int argc, char **argv)
{
    struct forwarder_options options = {.config = &config, .say = say};
    static char text[65536];
    uv_thread_t feeder, stopper;
    const char *why;
    FILE *file;
    size_t size;

    if (argc < 4 || !(file = fopen(argv[1], "rb")))
        return 2;
    size = fread(text, 1, sizeof(text), file);
    fclose(file);
    events = strtoul(argv[2], NULL, 10);
    machines = strtoul(argv[3], NULL, 10);
    pause_ms = argc > 4 ? strtoul(argv[4], NULL, 10) : 0;
    if (!config_read(&config, text, size, "feed", complain, NULL))
        return 2;
#ifdef SIGPIPE
    /* Libuv leaves that to the program. */
    signal(SIGPIPE, SIG_IGN);
#endif
    full_disk_install();
    CHECK(forwarder = forwarder_open(&options));
    CHECK(!uv_thread_create(&feeder, feed, NULL));
    CHECK(!uv_thread_create(&stopper, wait_for_stop, NULL));
    if ((why = forwarder_run(forwarder)))
    {
        fprintf(stderr, "%s\n", why);
        exit(1);
    }
    uv_thread_join(&stopper);
    uv_thread_join(&feeder);
    forwarder_close(forwarder);
    config_free(&config);
    return 0;
}
