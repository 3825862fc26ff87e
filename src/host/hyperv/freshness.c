#include "host/hyperv/freshness.h"

#include <string.h>

void hv_freshness_tell(struct hv_freshness *freshness, int64_t time_us, const struct hv_system *system)
{
    unsigned int place;

    if (freshness->count == HV_TOLD_MAX)
        memmove(freshness->told, freshness->told + 1, --freshness->count * sizeof(*freshness->told));
    /* They come in order as good as always. */
    for (place = freshness->count++; place && freshness->told[place - 1].time_us > time_us; --place)
        freshness->told[place] = freshness->told[place - 1];
    freshness->told[place] = (struct hv_told){time_us, *system};
    freshness->told[place].system.enhanced_session = HV_NONE;
    freshness->told[place].system.on_time_ms = HV_NONE;
}

bool hv_freshness_waits(const struct hv_freshness *freshness)
{
    return freshness->count != 0;
}

static bool shows_same_state(const struct hv_system *one, const struct hv_system *other)
{
    return one->enabled_state == other->enabled_state && one->other_state == other->other_state
            && one->second_status == other->second_status && one->status == other->status
            && one->health_state == other->health_state;
}

static bool is_stale(const struct hv_freshness *freshness, const struct hv_told *told, const struct hv_system *answer)
{
    const struct hv_system *system = &told->system;

    if (!freshness->known)
        return true;
    /* What happened before the last question is in its answer. Both times are of a clock that may tick slowly. */
    if (told->time_us < freshness->asked_us)
        return true;
    if (system->changed_us < freshness->last.changed_us)
        return true;
    if (system->changed_us > freshness->last.changed_us || shows_same_state(system, answer))
        return false;
    return shows_same_state(answer, &freshness->last) || shows_same_state(system, &freshness->before);
}

/* What is known from now on. */
static void learn(struct hv_freshness *freshness, const struct hv_system *system)
{
    if (freshness->known && !shows_same_state(system, &freshness->last))
        freshness->before = freshness->last;
    else if (!freshness->known)
        freshness->before = *system;
    freshness->last = *system;
    freshness->known = true;
}

bool hv_freshness_answer(struct hv_freshness *freshness, int64_t asked_us, int64_t time_us,
        const struct hv_system *answer, void (*take)(void *context, int64_t time_us, const struct hv_system *system),
        void *context)
{
    bool is_surprise = freshness->known && !freshness->count && !shows_same_state(answer, &freshness->last);

    for (unsigned int i = 0; i < freshness->count; ++i)
    {
        const struct hv_told *told = &freshness->told[i];

        if (is_stale(freshness, told, answer))
            continue;
        learn(freshness, &told->system);
        take(context, told->time_us, &told->system);
        /* The answer is later than what it has been asked for, whatever the clocks say. */
        time_us = told->time_us > time_us ? told->time_us : time_us;
    }
    freshness->count = 0;
    freshness->asked_us = asked_us;
    learn(freshness, answer);
    take(context, time_us, answer);
    return is_surprise;
}
