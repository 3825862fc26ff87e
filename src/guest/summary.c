#include "guest/summary.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The version of what is written. What begins with another is for others. */
#define VERSION "1 "

static const char *const words[] = {
        [GUEST_ANSWER_ASKED] = "asked", [GUEST_ANSWER_DONE] = "done", [GUEST_ANSWER_REFUSED] = "refused"};

uint32_t guest_summary_recent(const struct guest_summary *summary)
{
    return summary->total < GUEST_RECENT_MAX ? summary->total : GUEST_RECENT_MAX;
}

void guest_summary_add(struct guest_summary *summary, unsigned int type)
{
    uint32_t count = guest_summary_recent(summary);

    if (summary->total == GUEST_TOTAL_MAX)
        return;
    if (count == GUEST_RECENT_MAX)
        memmove(summary->recent, summary->recent + 1, --count);
    summary->recent[count] = (char)('0' + type);
    summary->recent[count + 1] = 0;
    ++summary->total;
}

bool guest_is_boot(const char *text, size_t length)
{
    return length == GUEST_BOOT_DIGITS && strspn(text, "0123456789abcdef") >= length;
}

/* Reading: each moves on behind what it has read. */

static bool skip(const char **text, const char *what)
{
    size_t length = strlen(what);

    if (strncmp(*text, what, length))
        return false;
    *text += length;
    return true;
}

static bool read_boot(const char **text, char boot[GUEST_BOOT_SIZE])
{
    size_t length = strcspn(*text, " ");

    if (!guest_is_boot(*text, length))
        return false;
    memcpy(boot, *text, length);
    boot[length] = 0;
    *text += length;
    return true;
}

/* Digits, without a sign, a space or a zero before them. */
static bool read_number(const char **text, uint64_t most, uint64_t *number)
{
    size_t length = strspn(*text, "0123456789");

    if (!length || length > 18 || (length > 1 && **text == '0'))
        return false;
    for (*number = 0; length; --length)
        *number = *number * 10 + (uint64_t)(*(*text)++ - '0');
    return *number <= most;
}

/* The summary: 1 BOOT TOTAL USERS RECENT, RECENT being a dash where there was no logoff. */

void guest_summary_write(const struct guest_summary *summary, char value[GUEST_VALUE_SIZE])
{
    snprintf(value, GUEST_VALUE_SIZE, VERSION "%s %u %u %s", summary->boot, (unsigned int)summary->total,
            (unsigned int)summary->users, summary->total ? summary->recent : "-");
}

bool guest_summary_parse(struct guest_summary *summary, const char *value)
{
    uint64_t total, users;
    size_t length;

    if (!skip(&value, VERSION) || !read_boot(&value, summary->boot) || !skip(&value, " ")
            || !read_number(&value, GUEST_TOTAL_MAX, &total) || !skip(&value, " ")
            || !read_number(&value, GUEST_USERS_MAX, &users) || !skip(&value, " "))
        return false;
    summary->total = (uint32_t)total;
    summary->users = (uint32_t)users;
    *summary->recent = 0;
    if (!total)
        return !strcmp(value, "-");
    length = strspn(value, "012");
    if (length != guest_summary_recent(summary) || value[length])
        return false;
    memcpy(summary->recent, value, length + 1);
    return true;
}

/* The request: 1 BOOT NUMBER logoff. The answer: 1 BOOT NUMBER asked, done or refused: REASON. */

static bool read_request(const char **text, struct guest_request *request)
{
    return skip(text, VERSION) && read_boot(text, request->boot) && skip(text, " ")
            && read_number(text, UINT64_MAX, &request->number) && skip(text, " ");
}

void guest_request_write(const struct guest_request *request, char value[GUEST_VALUE_SIZE])
{
    snprintf(value, GUEST_VALUE_SIZE, VERSION "%s %" PRIu64 " logoff", request->boot, request->number);
}

bool guest_request_parse(struct guest_request *request, const char *value)
{
    return read_request(&value, request) && !strcmp(value, "logoff");
}

void guest_answer_write(const struct guest_answer *answer, char value[GUEST_VALUE_SIZE])
{
    bool refused = answer->word == GUEST_ANSWER_REFUSED;

    snprintf(value, GUEST_VALUE_SIZE, VERSION "%s %" PRIu64 " %s%s%s", answer->request.boot, answer->request.number,
            words[answer->word], refused ? ": " : "", refused ? answer->reason : "");
}

bool guest_answer_parse(struct guest_answer *answer, const char *value)
{
    size_t length = 0;

    *answer->reason = 0;
    if (!read_request(&value, &answer->request))
        return false;
    for (answer->word = GUEST_ANSWER_ASKED; answer->word < GUEST_ANSWER_REFUSED; ++answer->word)
    {
        if (!strcmp(value, words[answer->word]))
            return true;
    }
    if (!skip(&value, words[GUEST_ANSWER_REFUSED]) || !skip(&value, ": "))
        return false;
    for (; *value; ++value)
    {
        if (*value < ' ' || *value > '~' || length == GUEST_REASON_MAX)
            return false;
        answer->reason[length++] = *value;
    }
    answer->reason[length] = 0;
    return length;
}
