#include "guest/part.h"

#include "guest/names.h"

#include <stdio.h>
#include <string.h>

static const char *const names[GUEST_ITEM_COUNT] = {
        [GUEST_USERS_ITEM] = GUEST_ITEM_USERS,
        [GUEST_LEFT_ITEM] = GUEST_ITEM_LEFT,
        [GUEST_SUMMARY_ITEM] = GUEST_ITEM_SUMMARY,
        [GUEST_ANSWER_ITEM] = GUEST_ITEM_ANSWER,
};

const char *guest_item_name(enum guest_item item)
{
    return names[item];
}

/* Items */

static void set_item(struct guest_part *part, enum guest_item item, const char *value)
{
    if (!strcmp(part->items[item].value, value))
        return;
    memcpy(part->items[item].value, value, strlen(value) + 1);
    part->items[item].changed = true;
}

static void take_name(void *context, const char *user)
{
    guest_names_add(context, user, "");
}

static void take_nothing(void *context, const char *user)
{
    (void)context;
    (void)user;
}

/* Makes the items anew of what is known. */
static void refresh(struct guest_part *part)
{
    static const char *const hows[] = {"=0", "=1", "=2"};
    char value[GUEST_VALUE_SIZE];
    struct guest_names_writer list;

    uint32_t users = guest_users_each(&part->users, take_nothing, NULL);

    part->summary.users = users < GUEST_USERS_MAX ? users : GUEST_USERS_MAX;
    guest_names_begin(&list, value, part->summary.boot, part->summary.users);
    guest_users_each(&part->users, take_name, &list);
    set_item(part, GUEST_USERS_ITEM, value);
    guest_names_begin(&list, value, part->summary.boot, part->summary.total);
    for (size_t i = 0; i < part->left_count; ++i)
        guest_names_add(&list, part->left[i].user, hows[part->left[i].how]);
    set_item(part, GUEST_LEFT_ITEM, value);
    guest_summary_write(&part->summary, value);
    set_item(part, GUEST_SUMMARY_ITEM, value);
    *value = 0;
    if (part->answered)
        guest_answer_write(&part->answer, value);
    set_item(part, GUEST_ANSWER_ITEM, value);
}

bool guest_part_take_item(struct guest_part *part, enum guest_item *item, const char **value)
{
    for (unsigned int i = 0; i < GUEST_ITEM_COUNT; ++i)
    {
        if (!part->items[i].changed)
            continue;
        part->items[i].changed = false;
        *item = (enum guest_item)i;
        *value = part->items[i].value;
        return true;
    }
    return false;
}

void guest_part_return_item(struct guest_part *part, enum guest_item item)
{
    part->items[item].changed = true;
}

/* Beginning and end */

static void on_left(void *context, const char *user, enum guest_logoff how)
{
    struct guest_part *part = context;

    guest_summary_add(&part->summary, how);
    if (part->left_count < GUEST_LEFT_MAX)
        ++part->left_count;
    memmove(&part->left[1], &part->left[0], (part->left_count - 1) * sizeof(*part->left));
    memcpy(part->left[0].user, user, strlen(user) + 1);
    part->left[0].how = how;
}

void guest_part_init(struct guest_part *part, const char *boot)
{
    memset(part, 0, sizeof(*part));
    memcpy(part->summary.boot, boot, GUEST_BOOT_SIZE);
    guest_users_init(&part->users, on_left, part);
}

/* Those of the list of users, if it is of this start of the guest. */
static void remember(struct guest_part *part, const char *list)
{
    struct guest_names_reader reader;

    if (!guest_names_open(&reader, list, part->summary.boot))
        return;
    while (guest_names_next(&reader))
        guest_users_remember(&part->users, reader.name);
}

void guest_part_resume(struct guest_part *part, const char *const values[GUEST_ITEM_COUNT])
{
    struct guest_summary summary;
    struct guest_answer answer;

    /* What is there now is written over where it is another. */
    for (unsigned int i = 0; i < GUEST_ITEM_COUNT; ++i)
    {
        if (values[i] && strlen(values[i]) < GUEST_VALUE_SIZE)
            memcpy(part->items[i].value, values[i], strlen(values[i]) + 1);
        else if (values[i])
            part->items[i].changed = true;
    }
    if (values[GUEST_SUMMARY_ITEM] && guest_summary_parse(&summary, values[GUEST_SUMMARY_ITEM])
            && !strcmp(summary.boot, part->summary.boot))
    {
        part->summary = summary;
        if (values[GUEST_USERS_ITEM] && summary.users)
            remember(part, values[GUEST_USERS_ITEM]);
    }
    if (values[GUEST_ANSWER_ITEM] && guest_answer_parse(&answer, values[GUEST_ANSWER_ITEM])
            && !strcmp(answer.request.boot, part->summary.boot))
    {
        part->answered = true;
        part->answer = answer;
    }
}

void guest_part_shut_down(struct guest_part *part)
{
    guest_users_settle(&part->users, GUEST_LOGOFF_FORCED);
    refresh(part);
}

/* Lists and requests */

void guest_part_begin_list(struct guest_part *part)
{
    guest_users_begin_list(&part->users);
}

void guest_part_see(struct guest_part *part, const char *id, const char *user)
{
    guest_users_see(&part->users, id, user);
}

static void end_request(struct guest_part *part, enum guest_answer_word word)
{
    part->waits = false;
    part->answer.word = word;
}

void guest_part_end_list(struct guest_part *part, uint64_t now_ms)
{
    guest_users_end_list(&part->users, now_ms);
    if (part->waits && !guest_users_asked(&part->users))
        end_request(part, GUEST_ANSWER_DONE);
    refresh(part);
}

bool guest_part_take_request(struct guest_part *part, const char *value, uint64_t now_ms)
{
    struct guest_request request;

    if (!guest_request_parse(&request, value) || strcmp(request.boot, part->summary.boot) != 0
            || (part->answered && request.number == part->answer.request.number))
        return false;
    guest_users_ask(&part->users, true);
    part->answered = true;
    part->answer = (struct guest_answer){.request = request, .word = GUEST_ANSWER_ASKED};
    part->waits = part->users.count;
    part->until_ms = now_ms + GUEST_REQUEST_MS;
    if (!part->waits)
        end_request(part, GUEST_ANSWER_DONE);
    refresh(part);
    return part->waits;
}

void guest_part_refuse(struct guest_part *part, const char *reason)
{
    if (!part->waits)
        return;
    guest_users_ask(&part->users, false);
    end_request(part, GUEST_ANSWER_REFUSED);
    snprintf(part->answer.reason, sizeof(part->answer.reason), "%s", reason);
    refresh(part);
}

/* Time */

void guest_part_tick(struct guest_part *part, uint64_t now_ms)
{
    guest_users_tick(&part->users, now_ms);
    part->waits = part->waits && now_ms < part->until_ms;
    refresh(part);
}

uint64_t guest_part_due_ms(const struct guest_part *part)
{
    uint64_t due = guest_users_due_ms(&part->users);

    return part->waits && part->until_ms < due ? part->until_ms : due;
}
