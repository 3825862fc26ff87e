/* The connections of a sink, the newest first, found by their cookies: with a thousand of them as fast as with one. The
 * sink's lock guards it. */
#ifndef VMEVENTS_SINK_INCOMING_LIST_H
#define VMEVENTS_SINK_INCOMING_LIST_H

#include <stdbool.h>

#include <windows.h>

/* Part of a connection. */
struct incoming_link
{
    struct incoming_link *older, *newer;
    struct incoming_link *next; /* with the same bucket */
    LONG cookie;                /* ascends; stays when it is taken out */
    bool listed;
};

/* Zeroed, it is empty. */
struct incoming_list
{
    struct incoming_link *newest;
    struct incoming_link **buckets; /* NULL: one, the list itself */
    UINT count, bucket_count;       /* a power of two, or 0 */
    LONG last_cookie;
};

/* Gives the link its cookie and puts it in front. It never fails: without memory for buckets finding takes longer. */
void incoming_list_add(struct incoming_list *list, struct incoming_link *link);

/* NULL: there is none of that cookie. */
struct incoming_link *incoming_list_find(const struct incoming_list *list, LONG cookie);

void incoming_list_take(struct incoming_list *list, struct incoming_link *link);

/* The one that was made before `after`, which may have been taken out meanwhile; NULL: there is none. */
struct incoming_link *incoming_list_behind(const struct incoming_list *list, const struct incoming_link *after);

/* Gives back what an empty list has. */
void incoming_list_cleanup(struct incoming_list *list);

#endif
