/*
 * A recording from inside: shared by the source that records (recording.c), what answers are compared with
 * (recording_answers.c) and what writes lines (recording_lines.c).
 */
#ifndef VMEVENTS_HOST_HYPERV_RECORDING_PARTS_H
#define VMEVENTS_HOST_HYPERV_RECORDING_PARTS_H

#include "host/hyperv/recording.h"

/* An answer that is being read. */
struct hv_asking
{
    struct hv_recording *recording;
    enum hv_class class_;
    uint64_t ms;     /* as of when the answer is written */
    const char *job; /* whose associators are asked for; NULL: none's */
    void (*take)(void *taker, const struct hv_row *row);
    void *taker;
};

/* Since the recording began. */
uint64_t hv_recording_now_ms(const struct hv_recording *recording);

/* The text of a property of that name, its names replaced where it may have any. */
void hv_recording_append_text(struct hv_recording *recording, struct hv_line *line, const char *name, const char *text);

/* CLASS NAME=VALUE …; what stands next to each other by one name is an array. */
void hv_recording_append_row(
        struct hv_recording *recording, struct hv_line *line, const char *class_name, const struct hv_row *row);

/* When it was, where that was before it is written. */
void hv_recording_append_moment(
        const struct hv_recording *recording, struct hv_line *line, uint64_t ms, int64_t time_us);

/* Writes the line, or has it wait where others do. `rest`, the line without its time, is freed. */
void hv_recording_put(struct hv_recording *recording, uint64_t ms, struct hv_line *rest, bool waits);

/* Writes the line, in front of what waits for it. `rest` is freed. */
void hv_recording_put_now(struct hv_recording *recording, uint64_t ms, struct hv_line *rest);

/* Writes the lines that wait; the latter does once the first has waited for HV_RECORDING_WAIT_MS. */
void hv_recording_write_held(struct hv_recording *recording);
void hv_recording_write_held_if_late(struct hv_recording *recording, uint64_t ms);

const char *hv_recording_class_name(enum hv_class class_);

/* Around a query: hv_recording_take_row takes each row of the answer (its context is the hv_asking) and writes those that
 * are new or another, hv_recording_put_gone writes what of the class the answer had not: of all machines, or of the one
 * that was asked for. */
void hv_recording_expect_answer(struct hv_recording *recording);
void hv_recording_take_row(void *context, const struct hv_row *row);
void hv_recording_put_gone(struct hv_recording *recording, const struct hv_asking *asking, const struct hv_guid *only);

void hv_recording_free_answers(struct hv_recording *recording);

#endif
