#include "host/qemu/polls.h"

void polls_share(struct polls *polls, unsigned int machine_count, unsigned int number)
{
    polls->turns = machine_count ? (machine_count - 1) / POLL_TOGETHER + 1 : 1;
    polls->turn = number % polls->turns;
}

/* The polls of all machines that have the same turn come at the same moment, so that the processor wakes once for all of
 * them. */
static uint64_t next_poll(const struct polls *polls, uint64_t now_ms)
{
    uint64_t next = now_ms / POLL_MS + 1;
    unsigned int turns = polls->turns ? polls->turns : 1;

    return (next + (turns + polls->turn - next % turns) % turns) * POLL_MS;
}

void polls_begin(struct polls *polls, uint64_t now_ms)
{
    polls->due_ms = next_poll(polls, now_ms);
}

bool polls_take(struct polls *polls, uint64_t now_ms)
{
    if (now_ms < polls->due_ms)
        return false;
    polls->due_ms = next_poll(polls, now_ms);
    return true;
}

/* Whoever is asked a fifth as often is asked for what seldom changes a fifth as often too. */
static uint64_t next_seldom(const struct polls *polls, uint64_t now_ms)
{
    return now_ms + (uint64_t)POLL_SELDOM_MS * (polls->turns ? polls->turns : 1);
}

bool polls_take_blocks(struct polls *polls, bool needed, uint64_t now_ms)
{
    if (!needed && now_ms < polls->blocks_ms)
        return false;
    polls->blocks_ms = next_seldom(polls, now_ms);
    return true;
}

bool polls_take_stats(struct polls *polls, uint64_t now_ms)
{
    if (now_ms < polls->stats_ms)
        return false;
    polls->stats_ms = next_seldom(polls, now_ms);
    return true;
}

uint64_t polls_due_ms(const struct polls *polls)
{
    return polls->due_ms;
}
