#include "sink/incoming_list.h"

#include "platform/memory.h"

/* So many are found one by one. */
#define FEW 16

static struct incoming_link **bucket_of(const struct incoming_list *list, LONG cookie)
{
    return &list->buckets[(ULONG)cookie & (list->bucket_count - 1)];
}

static void put_into_bucket(struct incoming_list *list, struct incoming_link *link)
{
    struct incoming_link **bucket = bucket_of(list, link->cookie);

    link->next = *bucket;
    *bucket = link;
}

static void grow(struct incoming_list *list)
{
    UINT count = list->bucket_count ? list->bucket_count * 2 : 2 * FEW;
    struct incoming_link **buckets = memory_alloc(count * sizeof(*buckets));

    if (!buckets)
        return;
    memory_free(list->buckets);
    list->buckets = buckets;
    list->bucket_count = count;
    for (struct incoming_link *link = list->newest; link; link = link->older)
        put_into_bucket(list, link);
}

void incoming_list_add(struct incoming_list *list, struct incoming_link *link)
{
    link->cookie = ++list->last_cookie;
    link->newer = NULL;
    if ((link->older = list->newest))
        list->newest->newer = link;
    list->newest = link;
    link->listed = true;
    if (list->buckets)
        put_into_bucket(list, link);
    if (++list->count > FEW && list->count > list->bucket_count)
        grow(list);
}

struct incoming_link *incoming_list_find(const struct incoming_list *list, LONG cookie)
{
    struct incoming_link *link = list->buckets ? *bucket_of(list, cookie) : list->newest;

    while (link && link->cookie != cookie)
        link = list->buckets ? link->next : link->older;
    return link;
}

static void take_out_of_bucket(struct incoming_list *list, struct incoming_link *link)
{
    struct incoming_link **place = bucket_of(list, link->cookie);

    while (*place != link)
        place = &(*place)->next;
    *place = link->next;
}

void incoming_list_take(struct incoming_list *list, struct incoming_link *link)
{
    if (link->older)
        link->older->newer = link->newer;
    if (link->newer)
        link->newer->older = link->older;
    else
        list->newest = link->older;
    link->listed = false;
    --list->count;
    if (list->buckets)
        take_out_of_bucket(list, link);
}

struct incoming_link *incoming_list_behind(const struct incoming_list *list, const struct incoming_link *after)
{
    struct incoming_link *link = list->newest;

    if (after->listed)
        return after->older;
    while (link && link->cookie >= after->cookie)
        link = link->older;
    return link;
}

void incoming_list_cleanup(struct incoming_list *list)
{
    memory_free(list->buckets);
    list->buckets = NULL;
    list->bucket_count = 0;
}
