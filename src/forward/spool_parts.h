/* What the files of the spool share. */
#ifndef VMEVENTS_FORWARD_SPOOL_PARTS_H
#define VMEVENTS_FORWARD_SPOOL_PARTS_H

#include <sqlite3.h>

#include "forward/spool.h"

/* Each is prepared when the spool is opened. */
#define SPOOL_STATEMENTS(row)                                                                                          \
    row(BEGIN, "BEGIN IMMEDIATE") row(COMMIT, "COMMIT") row(ROLL_BACK, "ROLLBACK") row(GIVE_PLACE,                     \
            "INSERT INTO machines (name, sequence) VALUES (?1, 1) ON CONFLICT (name) DO UPDATE "                       \
            "SET sequence = sequence + 1 RETURNING id, sequence") row(PUT,                                             \
            "INSERT INTO messages (number, size, topic, body) VALUES (?1, ?2, ?3, ?4)") row(PUT_STATE,                 \
            "UPDATE machines SET state_number = ?2, state_topic = ?3, state_body = ?4 WHERE id = ?1")                  \
            row(ACKNOWLEDGE, "UPDATE messages SET acknowledged = ?2 WHERE number = ?1 AND acknowledged IS NULL") row(  \
                    SET_COUNT, "UPDATE counts SET value = ?2 WHERE name = ?1") row(DROP,                               \
                    "DELETE FROM messages WHERE number IN (SELECT number FROM messages ORDER BY number LIMIT 64) "     \
                    "RETURNING size, acknowledged IS NULL") row(READ,                                                  \
                    "SELECT number, topic, body FROM messages WHERE acknowledged IS NULL AND number > ?1 "             \
                    "ORDER BY number LIMIT 1") row(READ_STATE,                                                         \
                    "SELECT state_number, state_topic, state_body FROM machines WHERE state_number > ?1 "              \
                    "ORDER BY state_number LIMIT 1")                                                                   \
                    row(REPEAT, "UPDATE messages SET acknowledged = NULL WHERE acknowledged > ?1")                     \
                            row(EXPIRE, "DELETE FROM messages WHERE acknowledged <= ?1 RETURNING size")

#define SPOOL_STATEMENT_INDEX(name, sql) SPOOL_##name,
enum spool_statement
{
    SPOOL_STATEMENTS(SPOOL_STATEMENT_INDEX) SPOOL_STATEMENT_COUNT
};
#undef SPOOL_STATEMENT_INDEX

/* What a transaction changes, and takes back when it is rolled back. */
struct spool_totals
{
    uint64_t number; /* the last that was given */
    uint64_t waiting, bytes, dropped, dropped_told;
};

struct spool
{
    sqlite3 *database;
    sqlite3_stmt *statements[SPOOL_STATEMENT_COUNT];
    struct spool_options options; /* but for the path */
    char identity[SPOOL_IDENTITY_SIZE];
    char fault[SPOOL_FAULT_SIZE];
    struct spool_totals now, committed;
    int64_t first_slot, slot; /* of this opening, and the present one */
};

/* What SQLite's result means, SQLITE_DONE and SQLITE_ROW being SPOOL_DONE; keeps what the fault is. */
enum spool_outcome spool_judge(struct spool *spool, int result);

/* Runs statements that are used once. */
enum spool_outcome spool_execute(struct spool *spool, const char *sql);

/* A number that a query has; *number is `otherwise` when it has no row. */
enum spool_outcome spool_query(struct spool *spool, const char *sql, int64_t *number, int64_t otherwise);

#endif
