/*
 * The part in a guest, but for what its system has of its own: lists of sessions, the host's request and the time go in, items
 * for the host come out. It asks for nothing itself; whoever uses it looks after each call whether there are items to be
 * written (guest_part_take_item), and calls guest_part_tick when it is due.
 *
 * The items stay where they are written when this program ends, also those who are in doubt: the host takes them for thrown out
 * when the guest ends, too. When this program is started again in the same start of the guest it goes on from the items
 * (guest_part_resume). A change that could not be written is in the next.
 */
#ifndef VMEVENTS_GUEST_PART_H
#define VMEVENTS_GUEST_PART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "guest/summary.h"
#include "guest/users.h"

/* How long users who have been asked to leave are waited for. Who leaves later still leaves because of it. */
#define GUEST_REQUEST_MS 20000

/* How many of those who have left are told by name. */
#define GUEST_LEFT_MAX 16

/* In the order in which they are written: what the host goes by comes behind the rest. */
enum guest_item
{
    GUEST_USERS_ITEM,
    GUEST_LEFT_ITEM,
    GUEST_SUMMARY_ITEM,
    GUEST_ANSWER_ITEM,
    GUEST_ITEM_COUNT
};

struct guest_part
{
    struct guest_users users;
    struct guest_summary summary;
    struct
    {
        char user[GUEST_NAME_MAX + 1];
        enum guest_logoff how;
    } left[GUEST_LEFT_MAX]; /* the last first */
    size_t left_count;
    bool answered; /* there is an answer, to the last request that was taken */
    bool waits;    /* for those who have been asked */
    uint64_t until_ms;
    struct guest_answer answer;
    struct
    {
        char value[GUEST_VALUE_SIZE]; /* empty: it is not to be there */
        bool changed;
    } items[GUEST_ITEM_COUNT];
};

/* The name that an item is written by. */
const char *guest_item_name(enum guest_item item);

/* boot: the guest's start, as guest_is_boot has it. */
void guest_part_init(struct guest_part *part, const char *boot);

/* What items of this program's have been found, before anything else: NULL for one that is not there. Those of another start
 * of the guest, and what is none of ours, count for nothing. */
void guest_part_resume(struct guest_part *part, const char *const values[GUEST_ITEM_COUNT]);

/* A list of sessions, as of guest_users. */
void guest_part_begin_list(struct guest_part *part);
void guest_part_see(struct guest_part *part, const char *id, const char *user);
void guest_part_end_list(struct guest_part *part, uint64_t now_ms);

/* The host's request item, whenever it may have changed. True: all users are to be made to leave. */
bool guest_part_take_request(struct guest_part *part, const char *value, uint64_t now_ms);

/* That cannot be done; reason: ASCII. */
void guest_part_refuse(struct guest_part *part, const char *reason);

/* The guest goes down: who has just left was thrown out. Who is still there will be, which the host sees by itself. */
void guest_part_shut_down(struct guest_part *part);

/* The next item that is to be written, once for each change. The value is good until the next call. False: there is none. */
bool guest_part_take_item(struct guest_part *part, enum guest_item *item, const char **value);

/* It could not be written, and is to be again. */
void guest_part_return_item(struct guest_part *part, enum guest_item item);

void guest_part_tick(struct guest_part *part, uint64_t now_ms);
uint64_t guest_part_due_ms(const struct guest_part *part);

#endif
