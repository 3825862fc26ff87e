/*
 * What a guest tells its host by Hyper-V's data exchange (KVP): the names of the items, and the text of the one that the
 * host goes by. Both sides have this file, so that they mean the same. docs/hyperv.md has the format.
 *
 * An item arrives whole or not at all, but two may be of different moments. So all that the host has to know of logoffs
 * stands in one item, the summary: how many there have been since the guest was started, how the last of them went, and how
 * many users are there. Read again, it says nothing new; where one was missed, the next has what it said.
 */
#ifndef VMEVENTS_GUEST_SUMMARY_H
#define VMEVENTS_GUEST_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Written by the guest. The users and those who have left are for people who read them: the host goes by the others. */
#define GUEST_ITEM_SUMMARY "vmevents.guest"
#define GUEST_ITEM_USERS "vmevents.users"
#define GUEST_ITEM_LEFT "vmevents.left"
#define GUEST_ITEM_ANSWER "vmevents.answer"

/* Written by the host. */
#define GUEST_ITEM_REQUEST "vmevents.request"

/* No value is longer, in bytes and so in characters: half of what the exchange takes of a value. */
#define GUEST_VALUE_MAX 1000
#define GUEST_VALUE_SIZE (GUEST_VALUE_MAX + 1)

/* How many logoffs the summary tells one by one; the highest number of logoffs; the most users. */
#define GUEST_RECENT_MAX 256
#define GUEST_TOTAL_MAX 999999999u
#define GUEST_USERS_MAX 1000

/* A start of the guest, told from all others: 16 hexadecimal digits, of small letters. */
#define GUEST_BOOT_DIGITS 16
#define GUEST_BOOT_SIZE (GUEST_BOOT_DIGITS + 1)

struct guest_summary
{
    char boot[GUEST_BOOT_SIZE];
    uint32_t total;                    /* logoffs since then */
    uint32_t users;                    /* who are logged on */
    char recent[GUEST_RECENT_MAX + 1]; /* how the last of them went, the oldest first: digits of VMLogoffType */
};

/* How many of the logoffs the summary tells one by one. */
uint32_t guest_summary_recent(const struct guest_summary *summary);

/* There has been another logoff, of that VMLogoffType. */
void guest_summary_add(struct guest_summary *summary, unsigned int type);

void guest_summary_write(const struct guest_summary *summary, char value[GUEST_VALUE_SIZE]);

/* False: it is no summary, in any part of it. A guest may write anything. */
bool guest_summary_parse(struct guest_summary *summary, const char *value);

/* Whether the text is a start's name. */
bool guest_is_boot(const char *text, size_t length);

/* The host's wish that all users be logged off, to the guest of one start: so it is void where an item is kept until the
 * next. The number is another for each wish. */
struct guest_request
{
    char boot[GUEST_BOOT_SIZE];
    uint64_t number;
};

void guest_request_write(const struct guest_request *request, char value[GUEST_VALUE_SIZE]);
bool guest_request_parse(struct guest_request *request, const char *value);

/* What became of it. */
enum guest_answer_word
{
    GUEST_ANSWER_ASKED,  /* the users have been asked to leave */
    GUEST_ANSWER_DONE,   /* those who were there are gone */
    GUEST_ANSWER_REFUSED /* the text says why */
};

#define GUEST_REASON_MAX 127

struct guest_answer
{
    struct guest_request request; /* which one it answers */
    enum guest_answer_word word;
    char reason[GUEST_REASON_MAX + 1]; /* ASCII that can be printed; empty unless it was refused */
};

void guest_answer_write(const struct guest_answer *answer, char value[GUEST_VALUE_SIZE]);
bool guest_answer_parse(struct guest_answer *answer, const char *value);

#endif
