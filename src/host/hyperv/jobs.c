#include "host/hyperv/jobs.h"

#include "host/hyperv/plain_text.h"
#include "platform/memory.h"

#include <stdio.h>
#include <string.h>

void hv_jobs_cleanup(struct hv_jobs *jobs)
{
    memory_free(jobs->jobs);
    memory_free(jobs->seen);
    *jobs = (struct hv_jobs){0};
}

void hv_jobs_begin(struct hv_jobs *jobs)
{
    jobs->seen_count = 0;
}

static bool is_known(const struct hv_jobs *jobs, const char *id)
{
    for (size_t i = 0; i < jobs->count; ++i)
    {
        if (!strcmp(jobs->jobs[i].id, id))
            return true;
    }
    return false;
}

bool hv_jobs_add(struct hv_jobs *jobs, const struct hv_row *row)
{
    const char *id = hv_row_text(row, "InstanceID", 0), *owner = hv_row_text(row, "Owner", 0);
    int64_t type = hv_row_number_or(row, "JobType", 0, -1);
    size_t size = jobs->seen_size ? jobs->seen_size * 2 : 16;
    struct hv_job *larger;

    if (!id || strlen(id) > HV_JOB_ID_MAX || jobs->seen_count == HV_JOBS_MAX)
        return true;
    if (jobs->seen_count == jobs->seen_size)
    {
        if (!(larger = memory_resize(jobs->seen, size * sizeof(*larger))))
            return false;
        jobs->seen = larger;
        jobs->seen_size = size;
    }
    larger = &jobs->seen[jobs->seen_count++];
    larger->type = type == (int32_t)type ? (int32_t)type : -1;
    larger->is_news = jobs->known && !is_known(jobs, id);
    memcpy(larger->id, id, strlen(id) + 1);
    snprintf(larger->owner, sizeof(larger->owner), "%.*s", HV_JOB_OWNER_MAX, owner ? owner : "");
    hv_text_tidy(larger->owner);
    return true;
}

void hv_jobs_end(struct hv_jobs *jobs)
{
    struct hv_jobs before = *jobs;

    jobs->jobs = before.seen;
    jobs->count = before.seen_count;
    jobs->size = before.seen_size;
    jobs->seen = before.jobs;
    jobs->seen_size = before.size;
    jobs->seen_count = 0;
    jobs->known = true;
}

const struct hv_job *hv_jobs_take_news(struct hv_jobs *jobs)
{
    for (size_t i = 0; i < jobs->count; ++i)
    {
        if (!jobs->jobs[i].is_news)
            continue;
        jobs->jobs[i].is_news = false;
        return &jobs->jobs[i];
    }
    return NULL;
}
