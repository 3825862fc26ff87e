/* A computer from inside: shared by what connects to it (computer.c), reads (computer_reading.c), finds machines
 * (computer_finding.c), hears (computer_hearing.c) and asks guests (computer_guests.c). */
#ifndef VMEVENTS_HOST_HYPERV_COMPUTER_PARTS_H
#define VMEVENTS_HOST_HYPERV_COMPUTER_PARTS_H

#include "host/hyperv/computer.h"

static inline uint64_t hv_computer_now_ms(const struct hv_computer *computer)
{
    return computer->source->now_ms(computer->context);
}

static inline int64_t hv_computer_time_us(const struct hv_computer *computer)
{
    return computer->source->time_us(computer->context);
}

/* The machines */

static inline bool hv_machine_is_found(const struct hv_machine *machine)
{
    return *machine->guid.text && !machine->over;
}

/* The first one of those that have been found by that GUID, and the first from `machine` on; NULL: there is none. */
struct hv_machine *hv_computer_first(struct hv_computer *computer, const struct hv_guid *guid);
struct hv_machine *hv_computer_next(struct hv_machine *machine, const struct hv_guid *guid);

/* It has been found: from here on hv_computer_first finds it. */
void hv_computer_file(struct hv_computer *computer, struct hv_machine *machine);

#define FOR_EACH_OF(machine, computer, guid)                                                                           \
    for (struct hv_machine *machine = hv_computer_first(computer, guid); machine;                                      \
            machine = hv_computer_next(machine->next_by_guid, guid))

#define FOR_EACH(machine, computer)                                                                                    \
    for (struct hv_machine *machine = (computer)->machines; machine; machine = machine->next)

/* Whether it is connected, and what is wrong. */
void hv_computer_report(struct hv_computer *computer, struct hv_machine *machine);

/* The connection */

/* It is over by that code, and is made again later. */
void hv_computer_lose(struct hv_computer *computer, int32_t code);

/* What the source's query returns. read_us is when it was asked. */
int32_t hv_computer_ask(struct hv_computer *computer, const char *query, enum hv_class class_,
        void (*take)(void *taker, const struct hv_row *row), void *taker);

/* HV_OK, or what ends the connection. */
int32_t hv_computer_subscribe(struct hv_computer *computer);

void hv_computer_open_log(struct hv_computer *computer);
void hv_computer_set_log(struct hv_computer *computer, bool is_read);

/* Reading */

/* A class that is asked for again and again, and how often. */
struct hv_swept
{
    enum hv_class class_;
    uint32_t every_ms;
};

#define HV_SWEEP_COUNT 8

extern const struct hv_swept hv_sweeps[HV_SWEEP_COUNT];

/* What takes the rows of a query. */
struct hv_taking
{
    struct hv_computer *computer;
    enum hv_class class_;
    size_t rows, machines;
    const struct hv_job *job;
};

/* Takes a row of HV_CLASS_SYSTEM, for a struct hv_taking. */
void hv_computer_take_system(void *taker, const struct hv_row *row);

int32_t hv_computer_read_jobs(struct hv_computer *computer);

/* Reads a class that machines have instances of: for one, or for all (NULL). */
int32_t hv_computer_read_part(struct hv_computer *computer, enum hv_class class_, struct hv_machine *only);

/* A class has been asked for, which is done every so many milliseconds, and has been answered by that code. */
void hv_computer_note_answer(struct hv_computer *computer, enum hv_class class_, uint32_t every_ms, int32_t code);

/* The settings of a machine are others, and perhaps those of all classes. */
void hv_computer_make_settings_due(struct hv_computer *computer);

/* Asks for the classes that are due. */
void hv_computer_sweep(struct hv_computer *computer);

/* Reads the machines again of which a notification has told, or something else asks for it. */
void hv_computer_read_again(struct hv_computer *computer);

/* Finding and hearing */

/* Those that were not there are looked for again as often as what is polled. */
void hv_computer_look_for_all(struct hv_computer *computer);

void hv_computer_hear_notifications(struct hv_computer *computer, uint32_t wait_ms);
void hv_computer_hear_records(struct hv_computer *computer);
void hv_computer_try_log_again(struct hv_computer *computer);

/* Guests */

/* Takes back requests that have ended. */
void hv_computer_take_back_requests(struct hv_computer *computer);

#endif
