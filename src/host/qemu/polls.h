/* When QEMU is asked for what it has no events for: media that are put into drives, and devices that are added. */
#ifndef VMEVENTS_HOST_POLLS_H
#define VMEVENTS_HOST_POLLS_H

#include <stdbool.h>
#include <stdint.h>

/* How often; and how often for what seldom changes. A machine without a drive is seldom asked for one: a drive may be
 * added without a name, and then it is in no list of devices. */
#define POLL_MS 2000
#define POLL_SELDOM_MS 10000

/* So many machines are asked at the same moment at most. Where there are more they take turns, so that all of them together
 * are asked as often as these: with a thousand each has its turn every ten seconds. */
#define POLL_TOGETHER 200

struct polls
{
    uint64_t due_ms, blocks_ms, stats_ms;
    unsigned int turns, turn; /* which of how many turns is the machine's; 0, 0 where there is one for all */
};

/* There are so many machines now, of which this is the one of that number. */
void polls_share(struct polls *polls, unsigned int machine_count, unsigned int number);

/* All that is asked at the start of a connection has been answered: the polls begin. */
void polls_begin(struct polls *polls, uint64_t now_ms);

/* Whether it is time for a poll; then the next one is due later. */
bool polls_take(struct polls *polls, uint64_t now_ms);

/* What a poll asks besides the devices: the block devices, always when there are drives that need it; and the counters
 * of the disks. */
bool polls_take_blocks(struct polls *polls, bool needed, uint64_t now_ms);
bool polls_take_stats(struct polls *polls, uint64_t now_ms);

uint64_t polls_due_ms(const struct polls *polls);

#endif
