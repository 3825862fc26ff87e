#include "host/qemu/snapshot_job.h"

#include <stdio.h>
#include <string.h>

void snapshot_job_create(struct snapshot_job *job, const char *id)
{
    memmove(job->created[1], job->created[0], sizeof(job->created) - sizeof(job->created[0]));
    snprintf(job->created[0], sizeof(job->created[0]), "%s", id);
}

/* Whether it was created and not known yet; then it is. */
static bool take_created(struct snapshot_job *job, const char *id)
{
    for (unsigned int i = 0; i < SNAPSHOT_JOBS_CREATED; ++i)
    {
        if (*job->created[i] && !strcmp(id, job->created[i]))
        {
            *job->created[i] = 0;
            return true;
        }
    }
    return false;
}

/* Only jobs that have been created since are looked for: the list also has jobs of before, some until they are
 * dismissed. */
void snapshot_job_take(struct snapshot_job *job, const json_t *jobs)
{
    json_t *listed;
    size_t i;

    json_array_foreach(jobs, i, listed)
    {
        const char *type = json_string_value(json_object_get(listed, "type"));
        const char *id = json_string_value(json_object_get(listed, "id"));
        bool save = type && !strcmp(type, "snapshot-save"), load = type && !strcmp(type, "snapshot-load");

        if (!id || !take_created(job, id) || (!save && !load))
            continue;
        job->snapshot = save ? SNAPSHOT_SAVE : SNAPSHOT_LOAD;
        snprintf(job->id, sizeof(job->id), "%s", id);
    }
}

bool snapshot_job_ends(struct snapshot_job *job, const char *id, const char *status)
{
    if (!*job->id || strcmp(id, job->id))
        return false;
    if (strcmp(status, "concluded") && strcmp(status, "null"))
        return false;
    job->snapshot = NO_SNAPSHOT;
    *job->id = 0;
    return true;
}

void snapshot_job_forget(struct snapshot_job *job)
{
    *job = (struct snapshot_job){0};
}

enum snapshot snapshot_job_what(const struct snapshot_job *job)
{
    return job->snapshot;
}
