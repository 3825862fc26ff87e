/*
 * Puts what is observed of a machine in the order in which it happened.
 *
 * QEMU sends an event when it happens, except for four kinds (monitor_qapi_event_conf in its monitor/monitor.c). Of
 * each of those it sends one a second at most: behind one it keeps the next ones back for the rest of the second, and
 * then sends the last of them, with the time at which that happened. Other events, which happened later, have been sent
 * meanwhile. So for a second behind each event of those kinds everything waits here, sorted by QEMU's time stamps; at
 * all other times it passes at once. From version 10 on QEMU does the same with BLOCK_IO_ERROR, for each device by
 * itself; the event then has a member qom-path, which names the device.
 *
 * Answers to questions and what the guest agent says have no time stamp: they count as happening behind everything that
 * had been observed when they came.
 */
#ifndef VMEVENTS_HOST_ORDER_H
#define VMEVENTS_HOST_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

/* A second, and a bit for a QEMU that is late, on a busy machine. */
#define ORDER_WINDOW_MS 1250

#define ORDER_LATE_KINDS 4

/* Places for the windows of devices, which are found by a hash: two devices may share one, and wait longer then. */
#define ORDER_LATE_DEVICES 8

#define ORDER_WINDOWS (ORDER_LATE_KINDS + ORDER_LATE_DEVICES)

/* An event that is earlier than another by so much is not late: QEMU's clock has been set back. */
#define ORDER_CLOCK_BACK_US 5000000

/* So many observations are held, of so many bytes. The first of more than that is let go though it should wait: better
 * the order is wrong than that this machine takes all memory, or the time of the other machines. */
#define ORDER_HELD_MAX 8192
#define ORDER_HELD_BYTES_MAX (1 << 20)

/* An answer, or another thing without a time stamp. */
#define ORDER_NOW INT64_MIN

struct observation
{
    struct observation *next;
    int64_t time_us;         /* QEMU's clock */
    uint64_t number;         /* in the order of arrival */
    int kind;                /* the caller's; it means nothing here */
    size_t size;             /* of the message as it came, in bytes */
    json_t *message;         /* a reference; may be NULL */
    bool waits;              /* for what else is to be known of it; all that happened behind it waits, too */
    uint64_t waits_until_ms; /* the caller's */
    unsigned int says;       /* what has become known */
};

struct order
{
    struct observation *first, *last;
    uint32_t count;
    size_t bytes; /* of all their messages */
    uint64_t last_number;
    int64_t latest_us; /* the latest time stamp */
    struct order_window
    {
        uint64_t opened_by; /* the number of the last event of its kind; 0: there was none */
        uint64_t until_ms;  /* what came behind that waits so long */
    } windows[ORDER_WINDOWS];
    bool held;
};

void order_init(struct order *order);
void order_cleanup(struct order *order);

/*
 * Takes a copy of what has been observed: its kind, time, message, which is borrowed, and size. event is its name when
 * it is an event of QEMU's, otherwise NULL, and device the path of its device, if it has one. now_ms is the time by our
 * own clock. False: out of memory.
 */
bool order_put(struct order *order, const struct observation *observed, const char *event, const char *device,
        uint64_t now_ms);

/* The next observation that is due, to be freed by observation_free. NULL: there is none. */
struct observation *order_take(struct order *order, uint64_t now_ms);

void observation_free(struct observation *observation);

/* The first that came of those that wait; NULL: none does. */
struct observation *order_find_waiting(const struct order *order);

/* What was to be known of an observation that waited is known, or will not be: it goes on when its turn comes. */
void observation_settle(struct observation *observation, unsigned int says);

/* Holds everything back, until the caller knows how to take it; or lets it go on. */
void order_hold(struct order *order, bool held);

/* The latest time, by QEMU's clock, of what has been observed. */
int64_t order_latest_us(const struct order *order);

/* When order_take has to be called again; UINT64_MAX: not before another observation comes. */
uint64_t order_due_ms(const struct order *order);

/* The connection was made at start_ms. QEMU may have sent events to others right before, and hold the next ones back:
 * all windows are open. */
void order_begin_stream(struct order *order, uint64_t start_ms);

/* The connection has ended: nothing that was held back can come any more, so that nothing waits for it. */
void order_end_stream(struct order *order);

#endif
