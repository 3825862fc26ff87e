/* Plays a conversation against the machines of a computer, and hands on what is heard of them, a line for each thing. */
#ifndef VMEVENTS_TESTS_HOST_HYPERV_PLAY_H
#define VMEVENTS_TESTS_HOST_HYPERV_PLAY_H

#include "host/hyperv/computer.h"
#include "host/hyperv/recording.h"

#include "world.h"

#define PLAY_MACHINES_MAX 8

struct play
{
    struct world world;
    struct hv_recording recording; /* between the two, where something is recorded */
    bool records;
    struct hv_computer computer;
    struct play_machine
    {
        struct play *play;
        struct hv_address address;
        struct hv_machine machine;
        bool open;
        char text[SAID_REST_MAX + 1]; /* the address as it was written */
        char label[64];
    } machines[PLAY_MACHINES_MAX];
    size_t machine_count;

    struct said **lines; /* those of the conversation that are still to come, in order */
    size_t line_count, next_line;

    void (*hear)(void *context, const char *text);
    void *context;
};

/* hear gets each thing that is heard, as a text that is good during the call. */
void play_init(struct play *play, void (*hear)(void *context, const char *text), void *context);

/* The same, and all is recorded. */
void play_init_recorded(struct play *play, void (*hear)(void *context, const char *text), void *context,
        bool replaces_names, void (*write)(void *context, const char *text, size_t length), void *write_context);

/* Takes lines in the order of their times, and plays them, until so long behind the last. */
void play_lines(struct play *play, struct said **lines, size_t count, uint64_t after_ms);

void play_cleanup(struct play *play);

#endif
