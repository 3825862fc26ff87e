#include "mqtt/window.h"

#include "mqtt/encode.h"
#include "platform/memory.h"

/* 0 is no id. */
#define IDS (MQTT_WINDOW_FREE_ID - 1)

static uint16_t id_behind(uint16_t id, size_t places)
{
    return (uint16_t)((id - 1 + places) % IDS + 1);
}

static struct mqtt_kept **slot(const struct mqtt_window *window, size_t place)
{
    return &window->places[(window->first + place) % window->most];
}

bool mqtt_window_init(struct mqtt_window *window, size_t most)
{
    *window = (struct mqtt_window){.most = most, .first_id = 1};
    window->places = memory_alloc(most * sizeof(*window->places));
    return window->places;
}

void mqtt_window_clear(struct mqtt_window *window)
{
    for (size_t i = 0; i < window->count; ++i)
    {
        memory_free(*slot(window, i));
        *slot(window, i) = NULL;
    }
    window->count = window->bytes = 0;
}

void mqtt_window_cleanup(struct mqtt_window *window)
{
    mqtt_window_clear(window);
    memory_free(window->places);
    *window = (struct mqtt_window){0};
}

bool mqtt_window_has_room(const struct mqtt_window *window, size_t size)
{
    return window->count < window->most && size <= MQTT_WINDOW_BYTES - window->bytes;
}

size_t mqtt_window_size_of(const struct mqtt_message *message)
{
    return mqtt_encode_publish(&(struct mqtt_publish){*message, 1, false}, NULL, 0);
}

struct mqtt_kept *mqtt_window_add(struct mqtt_window *window, const struct mqtt_message *message, uint64_t number)
{
    struct mqtt_publish publish = {*message, id_behind(window->first_id, window->count), false};
    size_t size = mqtt_encode_publish(&publish, NULL, 0);
    struct mqtt_kept *kept = memory_alloc(sizeof(*kept) + size);

    if (!kept)
        return NULL;
    kept->number = number;
    kept->size = size;
    mqtt_encode_publish(&publish, kept->bytes, size);
    *slot(window, window->count++) = kept;
    window->bytes += size;
    return kept;
}

/* What has been acknowledged at the front makes room; behind one that has not, places stay taken. */
static void let_go(struct mqtt_window *window)
{
    while (window->count && !*slot(window, 0))
    {
        window->first = (window->first + 1) % window->most;
        window->first_id = id_behind(window->first_id, 1);
        --window->count;
    }
}

bool mqtt_window_acknowledge(struct mqtt_window *window, uint16_t id, uint64_t *number)
{
    size_t place = (size_t)(id - window->first_id + IDS) % IDS;
    struct mqtt_kept *kept;

    if (!id || id > IDS || !(kept = mqtt_window_at(window, place)))
        return false;
    *number = kept->number;
    window->bytes -= kept->size;
    *slot(window, place) = NULL;
    memory_free(kept);
    let_go(window);
    return true;
}

struct mqtt_kept *mqtt_window_at(const struct mqtt_window *window, size_t place)
{
    return place < window->count ? *slot(window, place) : NULL;
}
