/*
 * A QEMU and a guest agent that tests pretend, for what no real one does on demand. They answer by what the test sets;
 * time passes when the test says so.
 */
#ifndef VMEVENTS_TESTS_PRETENDED_H
#define VMEVENTS_TESTS_PRETENDED_H

#include "host/qemu/vm.h"

struct pretended
{
    struct vm vm;
    struct address address;
    uint64_t now_ms; /* also QEMU's clock */

    /* QEMU */
    const char *run_state;
    const char *drives; /* the answer to query-block */
    bool has_port;      /* a device for the agent that has events */
    const char *port;   /* its name */
    bool port_open;
    const char *more_devices; /* JSON, of more devices in the list, each with a comma before it */
    const char *drive_type;   /* of what is asked for; NULL: by the path, ide-cd for cd… and floppy for others */
    int agent_client;   /* whose connection the agent's channel has */
    int process;
    const char *stats;  /* the answer to query-blockstats */
    const char *jobs;   /* the answer to query-jobs */
    const char *refuses;     /* a command; NULL: none */
    bool without_time;       /* its events have none */
    bool is_busy; /* it answers when it is no longer */
    bool is_answering; /* what is done now is done by the test */

    /* The agent */
    bool agent_answers;
    bool agent_executes;
    double guest_clock;      /* at 0 ms of ours */
    const char *users;       /* JSON; NULL: it refuses to tell */
    unsigned int executions; /* of guest-exec */
    const char *nonsense;    /* what it says instead of its users; NULL: it tells them */
    unsigned int asked;      /* how often it has been asked anything */

    char replies[16384]; /* under way, a 1 or 2 for the channel before each, a NUL behind */
    size_t reply_size;

    char events[8192]; /* what has come, an end of line behind each */
    char details[8192]; /* and what was known of each besides */
    enum vm_state learnt;
    bool attached;
    const char *fault;
    bool reconnects; /* when something is wrong, which fails the test otherwise */
    unsigned int losses;
    int logoff_result; /* -1: not ended */
    char logoff_text[256];
};

#define ALICE "{\"user\": \"alice\", \"login-time\": 700}"
#define BOB "{\"user\": \"bob\", \"login-time\": 900.25}"

/* A running machine with an agent and nobody logged on, attached. */
struct pretended *pretended_start(const char *address);

/* The same before anything is asked of the machine. pretended_init makes that; false: memory has run out. */
struct pretended *pretended_create(const char *address);
bool pretended_init(struct pretended *pretended);
void pretended_end(struct pretended *pretended);

/* For each test: *state is one. */
int pretended_set_up(void **state);
int pretended_tear_down(void **state);

/* Lets time pass, with all that is due in it. */
void pretended_wait(struct pretended *pretended, uint64_t ms);

/* An event of QEMU's, now or ms ago; data: JSON, or NULL. */
void pretended_say(struct pretended *pretended, const char *event, const char *data);
void pretended_say_late(struct pretended *pretended, const char *event, const char *data, uint64_t ms);

/* What the agent says unasked, or late: a line, with its end. */
void pretended_say_as_agent(struct pretended *pretended, const char *text);

/* These users are logged on from now on, which is no event; users: JSON. */
void pretended_log_on(struct pretended *pretended, const char *users);

/* A reset that was asked for from outside, and one by the guest or its firmware. */
void pretended_reset(struct pretended *pretended);
void pretended_reset_by_guest(struct pretended *pretended);

/* The connection to the agent's channel is lost, and made again. */
void pretended_reconnect_agent(struct pretended *pretended);

/* The connection to QEMU is lost; it is made again. */
void pretended_lose(struct pretended *pretended);
void pretended_connect(struct pretended *pretended);

/* The machine goes on in another QEMU, running. */
void pretended_move(struct pretended *pretended);

/* These events have come since the last time, an end of line behind each. */
void pretended_expect(struct pretended *pretended, const char *events);

/* The same, of what was known of the events besides, a line for each. Forgets the events too. */
void pretended_expect_details(struct pretended *pretended, const char *details);

#endif
