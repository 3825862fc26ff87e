/* The jobs of Hyper-V that have been seen. One is kept by Hyper-V for minutes after its end, and is news once. */
#ifndef VMEVENTS_HOST_HYPERV_JOBS_H
#define VMEVENTS_HOST_HYPERV_JOBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/hyperv/row.h"

/* So many are known. Of more than that the others are left out. */
#define HV_JOBS_MAX 2048
#define HV_JOB_ID_MAX 63

/* Of a longer name the beginning. */
#define HV_JOB_OWNER_MAX 127

struct hv_job
{
    char id[HV_JOB_ID_MAX + 1];
    char owner[HV_JOB_OWNER_MAX + 1]; /* who has asked for it; empty: it does not say */
    int32_t type;
    bool is_news;
};

struct hv_jobs
{
    struct hv_job *jobs, *seen; /* those of the last answer; those of this one so far */
    size_t count, seen_count, size, seen_size;
    bool known;
};

void hv_jobs_cleanup(struct hv_jobs *jobs);

/* Begins an answer; takes a job of it. False: out of memory. */
void hv_jobs_begin(struct hv_jobs *jobs);
bool hv_jobs_add(struct hv_jobs *jobs, const struct hv_row *row);

/* The answer is complete: its jobs are those that are known. Those that were not are news, unless this is the first. */
void hv_jobs_end(struct hv_jobs *jobs);

/* The next job that is news. NULL: there is none any more. */
const struct hv_job *hv_jobs_take_news(struct hv_jobs *jobs);

#endif
