/* The connection of all machines of one way, to a pretended broker. */
#include "host/mqtt/hub.h"

#include "mqtt/broker.h"
#include "told.h"

#include "support/counted_memory.h"
#include "support/test.h"

#include <string.h>

static uv_loop_t loop;
static struct broker broker;
static struct way way;
static struct hub *hub;
static struct listener web;

static const void *on_found(void *context, const struct fleet_watch *watch, const char *key)
{
    (void)context, (void)watch, (void)key;
    return NULL;
}

static const struct fleet_callbacks callbacks = {on_found};

static void set_way(struct way *set, const char *options)
{
    char text[256], description[256];
    struct mqtt_address address;

    snprintf(text, sizeof(text), "mqtt:127.0.0.1:%u/h/Web%s", broker.port, options);
    assert_null(mqtt_address_parse(&address, text, description));
    *set = (struct way){.address = address.way};
    atomic_init(&set->references, 2); /* it is freed by nobody */
}

static void join(const char *options)
{
    const char *refusal;

    set_way(&way, options);
    assert_non_null(hub = hub_join(&loop, &way, &callbacks, &refusal));
}

static int set_up(void **state)
{
    (void)state;
    memset(&web, 0, sizeof(web));
    assert_int_equal(uv_loop_init(&loop), 0);
    broker_listen(&broker, &loop);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    hub_leave(hub);
    broker_stop_listening(&broker);
    assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(uv_loop_close(&loop), 0);
    return 0;
}

static void run_until_said(const char *part)
{
    while (!strstr(web.said, part))
        assert_true(uv_run(&loop, UV_RUN_ONCE));
}

static void open_web(void)
{
    assert_true(hub_open(hub, "h/Web", &web, &listener_callbacks, &web));
}

/* One id for two connections: each would throw the other out. */
static void two_ways_with_one_session(void **state)
{
    struct way other;
    const char *refusal;

    (void)state;
    join(",session=s");
    set_way(&other, ",session=s,user=u");
    assert_null(hub_join(&loop, &other, &callbacks, &refusal));
    assert_non_null(refusal);
    set_way(&other, ",session=s");
    assert_ptr_equal(hub_join(&loop, &other, &callbacks, &refusal), hub);
    hub_leave(hub);
}

/* All is refused, and the connection stays. */
static void what_the_broker_refuses(void **state)
{
    (void)state;
    broker.refuses = true;
    join("");
    open_web();
    run_until_said("does not let the machine be heard");
    run_until_said("tried; ");
    assert_int_equal(broker.connects, 1);
    hub_close(hub, "h/Web", &web);
}

/* What is subscribed to is asked for again, so that what is retained comes, and takes no more memory each time. */
static void a_machine_that_is_opened_again_and_again(void **state)
{
    size_t bytes = 0;

    (void)state;
    join("");
    for (unsigned int i = 0; i < 20; ++i)
    {
        *web.said = 0;
        open_web();
        run_until_said("connected: ");
        hub_close(hub, "h/Web", &web);
        if (i == 2)
            bytes = counted_memory_get()->live().bytes;
    }
    assert_int_equal(broker.connects, 1);
    assert_true(broker.filters >= 20);
    assert_int_equal(counted_memory_get()->live().bytes, bytes);
}

#define HUB_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
            HUB_TEST(two_ways_with_one_session),
            HUB_TEST(what_the_broker_refuses),
            HUB_TEST(a_machine_that_is_opened_again_and_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
