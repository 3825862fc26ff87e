#include "forward/spool.h"

#include <string.h>

#include "forward/spool_parts.h"

/* A statement that returns no row. */
static enum spool_outcome step(struct spool *spool, enum spool_statement which)
{
    sqlite3_stmt *statement = spool->statements[which];
    int result = sqlite3_step(statement);
    /* The outcome is judged while the statement still has the error. */
    enum spool_outcome outcome = spool_judge(spool, result);

    sqlite3_reset(statement);
    return outcome;
}

void spool_get_counts(const struct spool *spool, struct spool_counts *counts)
{
    const struct spool_totals *totals = &spool->committed;

    *counts = (struct spool_counts){totals->waiting, totals->bytes, totals->dropped, totals->dropped_told};
}

/* A statement that has a row open would hold on to what it reads from. */
static void end_reading(struct spool *spool)
{
    sqlite3_reset(spool->statements[SPOOL_READ]);
    sqlite3_reset(spool->statements[SPOOL_READ_STATE]);
}

enum spool_outcome spool_begin(struct spool *spool)
{
    end_reading(spool);
    return step(spool, SPOOL_BEGIN);
}

enum spool_outcome spool_give_place(struct spool *spool, const char *machine, struct spool_place *place)
{
    sqlite3_stmt *statement = spool->statements[SPOOL_GIVE_PLACE];
    enum spool_outcome outcome;

    sqlite3_bind_text(statement, 1, machine, -1, SQLITE_STATIC);
    if ((outcome = spool_judge(spool, sqlite3_step(statement))) == SPOOL_DONE)
    {
        place->number = ++spool->now.number;
        place->machine = sqlite3_column_int64(statement, 0);
        place->sequence = (uint64_t)sqlite3_column_int64(statement, 1);
    }
    sqlite3_reset(statement);
    return outcome;
}

enum spool_outcome spool_put(
        struct spool *spool, const struct spool_place *place, const char *topic, const char *body, size_t body_size)
{
    sqlite3_stmt *statement = spool->statements[SPOOL_PUT];
    uint64_t size = strlen(topic) + body_size + SPOOL_MESSAGE_OVERHEAD;

    sqlite3_bind_int64(statement, 1, (sqlite3_int64)place->number);
    sqlite3_bind_int64(statement, 2, (sqlite3_int64)size);
    sqlite3_bind_text(statement, 3, topic, -1, SQLITE_STATIC);
    sqlite3_bind_blob64(statement, 4, body, body_size, SQLITE_STATIC);
    spool->now.bytes += size;
    ++spool->now.waiting;
    return step(spool, SPOOL_PUT);
}

enum spool_outcome spool_put_state(
        struct spool *spool, const struct spool_place *place, const char *topic, const char *body, size_t body_size)
{
    sqlite3_stmt *statement = spool->statements[SPOOL_PUT_STATE];

    sqlite3_bind_int64(statement, 1, place->machine);
    sqlite3_bind_int64(statement, 2, (sqlite3_int64)place->number);
    sqlite3_bind_text(statement, 3, topic, -1, SQLITE_STATIC);
    sqlite3_bind_blob64(statement, 4, body, body_size, SQLITE_STATIC);
    return step(spool, SPOOL_PUT_STATE);
}

enum spool_outcome spool_acknowledge(struct spool *spool, uint64_t number)
{
    sqlite3_stmt *statement = spool->statements[SPOOL_ACKNOWLEDGE];
    enum spool_outcome outcome;

    sqlite3_bind_int64(statement, 1, (sqlite3_int64)number);
    sqlite3_bind_int64(statement, 2, spool->slot);
    /* It may have been dropped, or acknowledged before. */
    if ((outcome = step(spool, SPOOL_ACKNOWLEDGE)) == SPOOL_DONE)
        spool->now.waiting -= (uint64_t)sqlite3_changes64(spool->database);
    return outcome;
}

static enum spool_outcome set_count(struct spool *spool, const char *name, uint64_t value)
{
    sqlite3_stmt *statement = spool->statements[SPOOL_SET_COUNT];

    sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 2, (sqlite3_int64)value);
    return step(spool, SPOOL_SET_COUNT);
}

enum spool_outcome spool_tell_dropped(struct spool *spool, uint64_t dropped)
{
    spool->now.dropped_told = dropped;
    return set_count(spool, "dropped_told", dropped);
}

/* Runs a statement that takes messages out and returns a row for each: its size, and whether it waited if `waited`. */
static enum spool_outcome take_out(struct spool *spool, enum spool_statement which, bool waited, uint64_t *count)
{
    sqlite3_stmt *statement = spool->statements[which];
    enum spool_outcome outcome;
    int result;

    *count = 0;
    while ((result = sqlite3_step(statement)) == SQLITE_ROW)
    {
        ++*count;
        spool->now.bytes -= (uint64_t)sqlite3_column_int64(statement, 0);
        if (waited && sqlite3_column_int(statement, 1))
        {
            --spool->now.waiting;
            ++spool->now.dropped;
        }
    }
    outcome = spool_judge(spool, result);
    sqlite3_reset(statement);
    return outcome;
}

static enum spool_outcome make_room(struct spool *spool)
{
    enum spool_outcome outcome = SPOOL_DONE;
    uint64_t before = spool->now.dropped, count = 1;

    while (outcome == SPOOL_DONE && spool->now.bytes > spool->options.limit_bytes && count)
        outcome = take_out(spool, SPOOL_DROP, true, &count);
    if (outcome == SPOOL_DONE && spool->now.dropped != before)
        outcome = set_count(spool, "dropped", spool->now.dropped);
    return outcome;
}

enum spool_outcome spool_commit(struct spool *spool)
{
    enum spool_outcome outcome = make_room(spool);

    if (outcome == SPOOL_DONE)
        outcome = step(spool, SPOOL_COMMIT);
    if (outcome == SPOOL_DONE)
        spool->committed = spool->now;
    else
        spool_roll_back(spool);
    return outcome;
}

void spool_roll_back(struct spool *spool)
{
    char fault[SPOOL_FAULT_SIZE];

    memcpy(fault, spool->fault, sizeof(fault));
    /* SQLite rolls back by itself for some errors. */
    if (!sqlite3_get_autocommit(spool->database))
        step(spool, SPOOL_ROLL_BACK);
    memcpy(spool->fault, fault, sizeof(fault));
    spool->now = spool->committed;
}

static enum spool_outcome read_row(
        struct spool *spool, enum spool_statement which, uint64_t after, struct spool_message *message)
{
    sqlite3_stmt *statement = spool->statements[which];
    enum spool_outcome outcome;
    int result;

    /* What it returned the last time is there until now. */
    sqlite3_reset(statement);
    sqlite3_bind_int64(statement, 1, (sqlite3_int64)after);
    if ((result = sqlite3_step(statement)) == SQLITE_ROW)
    {
        message->number = (uint64_t)sqlite3_column_int64(statement, 0);
        message->topic = (const char *)sqlite3_column_text(statement, 1);
        message->body = sqlite3_column_blob(statement, 2);
        message->body_size = (size_t)sqlite3_column_bytes(statement, 2);
        return message->topic ? SPOOL_DONE : spool_judge(spool, SQLITE_NOMEM);
    }
    outcome = result == SQLITE_DONE ? SPOOL_NOTHING : spool_judge(spool, result);
    sqlite3_reset(statement);
    return outcome;
}

enum spool_outcome spool_read(struct spool *spool, uint64_t after, struct spool_message *message)
{
    end_reading(spool);
    return read_row(spool, SPOOL_READ, after, message);
}

enum spool_outcome spool_read_state(struct spool *spool, uint64_t after, struct spool_message *message)
{
    end_reading(spool);
    return read_row(spool, SPOOL_READ_STATE, after, message);
}

/* The slots of that time, the one that goes on being one more. */
static int64_t slots_of(uint32_t ms)
{
    return (int64_t)ms / SPOOL_SLOT_MS + 1;
}

enum spool_outcome spool_repeat(struct spool *spool)
{
    sqlite3_stmt *statement = spool->statements[SPOOL_REPEAT];
    enum spool_outcome outcome;

    end_reading(spool);
    if (!spool->options.repeat_ms)
        return SPOOL_DONE;
    sqlite3_bind_int64(statement, 1, spool->slot - slots_of(spool->options.repeat_ms) - 1);
    if ((outcome = step(spool, SPOOL_REPEAT)) != SPOOL_DONE)
        return outcome;
    spool->now.waiting += (uint64_t)sqlite3_changes64(spool->database);
    spool->committed = spool->now;
    return SPOOL_DONE;
}

enum spool_outcome spool_expire(struct spool *spool, uint64_t elapsed_ms)
{
    int64_t slot = spool->first_slot + (int64_t)(elapsed_ms / SPOOL_SLOT_MS);
    enum spool_outcome outcome;
    uint64_t count;

    end_reading(spool);
    if (slot <= spool->slot)
        return SPOOL_DONE;
    spool->slot = slot;
    if ((outcome = spool_begin(spool)) != SPOOL_DONE)
        return outcome;
    sqlite3_bind_int64(spool->statements[SPOOL_EXPIRE], 1, slot - slots_of(spool->options.keep_ms) - 1);
    if ((outcome = take_out(spool, SPOOL_EXPIRE, false, &count)) == SPOOL_DONE
            && (outcome = set_count(spool, "slot", (uint64_t)slot)) == SPOOL_DONE)
        return spool_commit(spool);
    spool_roll_back(spool);
    return outcome;
}
