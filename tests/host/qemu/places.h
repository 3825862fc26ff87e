/*
 * QEMUs that tests pretend, each at two ports of its own (its monitor, and its guest agent's channel), in the loop of the
 * attachment that connects to them. They answer by what the test sets. Time is real.
 */
#ifndef VMEVENTS_TESTS_PLACES_H
#define VMEVENTS_TESTS_PLACES_H

#include <stdbool.h>

#include <uv.h>

#define PLACES 3

struct place
{
    /* What the test sets; it is what a QEMU with a running guest has unless it does. */
    const char *run_state;
    const char *uuid;
    const char *migration; /* its status in the answer to query-migrate; empty: it has none */
    const char *users;     /* JSON */
    const char *drives;    /* the answer to query-block */
    bool port_open;        /* the agent's */
    bool is_mute;          /* it takes connections, and says nothing */
    int process;

    unsigned int port, agent_port;     /* the same when it is started again */
    unsigned int greeted, asked_users; /* how often */

    uv_tcp_t *servers[2];
    struct place_client *clients[2]; /* the last ones; NULL: gone */
    bool listens;
};

extern uv_loop_t places_loop;
extern struct place places[PLACES];

/* For each test: all run; none is left. */
void places_set_up(void);
void places_tear_down(void);

/* The QEMU is gone, with its connections; another one is there. */
void place_kill(struct place *place);
void place_start(struct place *place);

/* An event of its monitor's; data: JSON, or NULL. */
void place_say(struct place *place, const char *event, const char *data);

/* Whether somebody is connected to its monitor. */
bool place_has_client(const struct place *place);

/* Runs the loop for so long. */
void places_wait(unsigned int ms);

#endif
