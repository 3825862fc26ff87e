/* How the spool is opened, and made where there is none. */
#include <stdio.h>
#include <string.h>

#include "forward/spool_parts.h"
#include "platform/memory.h"

/* "VMsp", by which the file is known as ours, and what is in it. */
#define APPLICATION_ID 0x564d7370
#define SCHEMA_VERSION 1

static const char schema[] =
        "BEGIN IMMEDIATE;"
        "CREATE TABLE identity (value TEXT NOT NULL);"
        "CREATE TABLE counts (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;"
        "CREATE TABLE machines (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, sequence INTEGER NOT NULL,"
        " state_number INTEGER, state_topic TEXT, state_body BLOB);"
        "CREATE INDEX states ON machines (state_number) WHERE state_number IS NOT NULL;"
        /* acknowledged: the slot in which it was. AUTOINCREMENT: no number comes again when its message has gone. */
        "CREATE TABLE messages (number INTEGER PRIMARY KEY AUTOINCREMENT, size INTEGER NOT NULL,"
        " acknowledged INTEGER, topic TEXT NOT NULL, body BLOB NOT NULL);"
        "CREATE INDEX acknowledgements ON messages (acknowledged);"
        "INSERT INTO identity VALUES (lower(hex(randomblob(8))));"
        "INSERT INTO counts VALUES ('dropped', 0), ('dropped_told', 0), ('slot', 0), ('open', 0);"
        "PRAGMA application_id = 0x564d7370;"
        "PRAGMA user_version = 1;"
        "COMMIT";

#define STATEMENT_SQL(name, sql) sql,
static const char *const statement_sql[SPOOL_STATEMENT_COUNT] = {SPOOL_STATEMENTS(STATEMENT_SQL)};
#undef STATEMENT_SQL

enum spool_outcome spool_judge(struct spool *spool, int result)
{
    switch (result & 0xff)
    {
        case SQLITE_OK:
        case SQLITE_DONE:
        case SQLITE_ROW:
            return SPOOL_DONE;
        case SQLITE_FULL:
            snprintf(spool->fault, sizeof(spool->fault), "there is no space left on the disk of the spool");
            return SPOOL_NO_SPACE;
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            snprintf(spool->fault, sizeof(spool->fault), "another process uses the spool");
            return SPOOL_IN_USE;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            snprintf(spool->fault, sizeof(spool->fault), "the spool's file is damaged: %s",
                    sqlite3_errmsg(spool->database));
            return SPOOL_DAMAGED;
        default:
            snprintf(spool->fault, sizeof(spool->fault), "the spool cannot be used: %s (%d)",
                    sqlite3_errmsg(spool->database), sqlite3_extended_errcode(spool->database));
            return SPOOL_FAILED;
    }
}

enum spool_outcome spool_execute(struct spool *spool, const char *sql)
{
    return spool_judge(spool, sqlite3_exec(spool->database, sql, NULL, NULL, NULL));
}

enum spool_outcome spool_query(struct spool *spool, const char *sql, int64_t *number, int64_t otherwise)
{
    sqlite3_stmt *statement;
    int result = sqlite3_prepare_v2(spool->database, sql, -1, &statement, NULL);

    *number = otherwise;
    if (result != SQLITE_OK)
        return spool_judge(spool, result);
    if ((result = sqlite3_step(statement)) == SQLITE_ROW)
        *number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return spool_judge(spool, result);
}

/* The file is new, or ours. */
static enum spool_outcome check_schema(struct spool *spool)
{
    enum spool_outcome outcome;
    int64_t id, version, tables;

    if ((outcome = spool_query(spool, "SELECT count(*) FROM sqlite_schema", &tables, 0)) != SPOOL_DONE)
        return outcome;
    if (!tables)
        return spool_execute(spool, schema);
    if ((outcome = spool_query(spool, "PRAGMA application_id", &id, 0)) != SPOOL_DONE
            || (outcome = spool_query(spool, "PRAGMA user_version", &version, 0)) != SPOOL_DONE)
        return outcome;
    if (id == APPLICATION_ID && version == SCHEMA_VERSION)
        return SPOOL_DONE;
    snprintf(spool->fault, sizeof(spool->fault),
            id == APPLICATION_ID ? "the spool's file has been made by another version of vmforward"
                                 : "the spool's file is another program's database");
    return SPOOL_DAMAGED;
}

/* What may have come to harm is looked at as a whole when nobody has closed it. */
static enum spool_outcome check_pages(struct spool *spool)
{
    sqlite3_stmt *statement;
    int result = sqlite3_prepare_v2(spool->database, "PRAGMA quick_check(1)", -1, &statement, NULL);
    enum spool_outcome outcome;
    const char *text;

    if (result != SQLITE_OK)
        return spool_judge(spool, result);
    result = sqlite3_step(statement);
    text = result == SQLITE_ROW ? (const char *)sqlite3_column_text(statement, 0) : NULL;
    if ((outcome = spool_judge(spool, result)) == SPOOL_DONE && (!text || strcmp(text, "ok") != 0))
    {
        snprintf(spool->fault, sizeof(spool->fault), "the spool's file is damaged: %.200s", text ? text : "unreadable");
        outcome = SPOOL_DAMAGED;
    }
    sqlite3_finalize(statement);
    return outcome;
}

static enum spool_outcome read_identity(struct spool *spool)
{
    sqlite3_stmt *statement;
    int result = sqlite3_prepare_v2(spool->database, "SELECT value FROM identity", -1, &statement, NULL);
    const char *text = NULL;

    if (result != SQLITE_OK)
        return spool_judge(spool, result);
    if ((result = sqlite3_step(statement)) == SQLITE_ROW)
        text = (const char *)sqlite3_column_text(statement, 0);
    if (text && strlen(text) == SPOOL_IDENTITY_SIZE - 1 && strspn(text, "0123456789abcdef") == SPOOL_IDENTITY_SIZE - 1)
        memcpy(spool->identity, text, SPOOL_IDENTITY_SIZE);
    sqlite3_finalize(statement);
    if (*spool->identity)
        return SPOOL_DONE;
    return spool_judge(spool, result == SQLITE_ROW || result == SQLITE_DONE ? SQLITE_CORRUPT : result);
}

static enum spool_outcome read_totals(struct spool *spool)
{
    static const struct
    {
        const char *sql;
        size_t offset;
    } rows[] = {{"SELECT seq FROM sqlite_sequence WHERE name = 'messages'", offsetof(struct spool_totals, number)},
            {"SELECT count(*) FROM messages WHERE acknowledged IS NULL", offsetof(struct spool_totals, waiting)},
            {"SELECT sum(size) FROM messages", offsetof(struct spool_totals, bytes)},
            {"SELECT value FROM counts WHERE name = 'dropped'", offsetof(struct spool_totals, dropped)},
            {"SELECT value FROM counts WHERE name = 'dropped_told'", offsetof(struct spool_totals, dropped_told)}};
    enum spool_outcome outcome;
    int64_t number;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); ++i)
    {
        if ((outcome = spool_query(spool, rows[i].sql, &number, 0)) != SPOOL_DONE)
            return outcome;
        *(uint64_t *)((char *)&spool->now + rows[i].offset) = (uint64_t)number;
    }
    spool->committed = spool->now;
    /* The slots of this opening are behind all those of before. */
    outcome = spool_query(spool, "SELECT value FROM counts WHERE name = 'slot'", &number, 0);
    spool->first_slot = spool->slot = number + 1;
    return outcome;
}

static enum spool_outcome prepare_statements(struct spool *spool)
{
    for (size_t i = 0; i < SPOOL_STATEMENT_COUNT; ++i)
    {
        int result = sqlite3_prepare_v3(
                spool->database, statement_sql[i], -1, SQLITE_PREPARE_PERSISTENT, &spool->statements[i], NULL);

        if (result != SQLITE_OK)
            return spool_judge(spool, result);
    }
    return SPOOL_DONE;
}

static enum spool_outcome open_database(struct spool *spool, const char *path, bool *unclean)
{
    enum spool_outcome outcome;
    int64_t was_open;
    int result = sqlite3_open_v2(path, &spool->database,
            SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);

    if (result != SQLITE_OK)
        return spool_judge(spool, result);
    /* Alone: there is no shared memory then, and whoever comes second is told. FULL: what is committed is on the disk. */
    if ((outcome = spool_execute(spool,
                 "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;"
                 "PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 8388608;"
                 "PRAGMA cache_size = -4096; PRAGMA temp_store = MEMORY"))
                    != SPOOL_DONE
            || (outcome = check_schema(spool)) != SPOOL_DONE || (outcome = read_identity(spool)) != SPOOL_DONE
            || (outcome = spool_query(spool, "SELECT value FROM counts WHERE name = 'open'", &was_open, 0))
                    != SPOOL_DONE)
        return outcome;
    *unclean = was_open != 0;
    if ((was_open && (outcome = check_pages(spool)) != SPOOL_DONE) || (outcome = read_totals(spool)) != SPOOL_DONE)
        return outcome;
    /* The lock is held from the first write on. */
    if ((outcome = spool_execute(spool, "UPDATE counts SET value = 1 WHERE name = 'open'")) != SPOOL_DONE)
        return outcome;
    return prepare_statements(spool);
}

enum spool_outcome spool_open(
        struct spool **spool, const struct spool_options *options, bool *unclean, char fault[SPOOL_FAULT_SIZE])
{
    struct spool *new = memory_alloc(sizeof(*new));
    enum spool_outcome outcome;

    *spool = NULL;
    *unclean = false;
    if (!new)
    {
        snprintf(fault, SPOOL_FAULT_SIZE, "out of memory");
        return SPOOL_FAILED;
    }
    new->options = *options;
    new->options.path = NULL;
    if ((outcome = open_database(new, options->path, unclean)) == SPOOL_DONE)
    {
        *spool = new;
        return SPOOL_DONE;
    }
    snprintf(fault, SPOOL_FAULT_SIZE, "%s", new->fault);
    for (size_t i = 0; i < SPOOL_STATEMENT_COUNT; ++i)
        sqlite3_finalize(new->statements[i]);
    sqlite3_close(new->database);
    memory_free(new);
    return outcome;
}

void spool_close(struct spool *spool)
{
    if (!spool)
        return;
    for (size_t i = 0; i < SPOOL_STATEMENT_COUNT; ++i)
        sqlite3_finalize(spool->statements[i]);
    if (!sqlite3_get_autocommit(spool->database))
        spool_execute(spool, "ROLLBACK");
    /* Without that it is looked at as a whole the next time, which only takes its time. */
    spool_execute(spool, "UPDATE counts SET value = 0 WHERE name = 'open'");
    sqlite3_close(spool->database);
    memory_free(spool);
}

const char *spool_identity(const struct spool *spool)
{
    return spool->identity;
}

const char *spool_fault(const struct spool *spool)
{
    return spool->fault;
}
