/*
 * Which of QEMU's jobs saves or loads a snapshot: the machine stops for it, and that it stops means something else
 * then. An event names a job without its type, which query-jobs has.
 */
#ifndef VMEVENTS_HOST_SNAPSHOT_JOB_H
#define VMEVENTS_HOST_SNAPSHOT_JOB_H

#include <stdbool.h>

#include <jansson.h>

enum snapshot
{
    NO_SNAPSHOT,
    SNAPSHOT_SAVE,
    SNAPSHOT_LOAD
};

/* So many jobs may be created before QEMU has said what they are; of more the first ones are forgotten. */
#define SNAPSHOT_JOBS_CREATED 8

struct snapshot_job
{
    enum snapshot snapshot;                   /* what the job does; NO_SNAPSHOT: there is no such job */
    char id[128];                             /* of that job; empty: there is none */
    char created[SNAPSHOT_JOBS_CREATED][128]; /* the ids of jobs of which it is not known what they do; empty: none */
};

/* A job has been created. QEMU is to be asked for its jobs, and the answer handed to snapshot_job_take. */
void snapshot_job_create(struct snapshot_job *job, const char *id);
void snapshot_job_take(struct snapshot_job *job, const json_t *jobs);

/* A job has another status. Whether that is the end of the snapshot. */
bool snapshot_job_ends(struct snapshot_job *job, const char *id, const char *status);

void snapshot_job_forget(struct snapshot_job *job);

enum snapshot snapshot_job_what(const struct snapshot_job *job);

#endif
