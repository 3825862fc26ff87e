/* Memory that runs out when a live machine is opened. Nobody listens at its address. */
/* First: Winsock's header has to come before windows.h. */
#include "net/loop.h"

#include "memory/host_operation.h"
#include "memory/refusal.h"
#include "support/test.h"

#define PATIENCE_MS 120000

static HRESULT open_machine(void)
{
    return check_object(
            IVMEventHost_OpenMachine(world.host, names[BETA], names[ADDRESS], (IVMEventMachine **)&world.object));
}

static HRESULT open_of_broker(void)
{
    return check_object(
            IVMEventHost_OpenMachine(world.host, names[BETA], names[OF_BROKER], (IVMEventMachine **)&world.object));
}

/* Once the loop has closed it, nobody else has a reference. */
static void remove_live(void)
{
    DWORD start = GetTickCount();

    EXPECT(IVMEventHost_RemoveMachine(world.host, names[BETA]) == S_OK);
    do
    {
        Sleep(1);
        IUnknown_AddRef((IUnknown *)world.object);
    } while (IUnknown_Release((IUnknown *)world.object) > 1 && GetTickCount() - start < PATIENCE_MS);
    release_object();
}

static void prepare_live(void)
{
    EXPECT(open_machine() == S_OK);
}

static HRESULT get_address(void)
{
    BSTR address = NULL;
    HRESULT hr = IVMEventMachine_get_Address((IVMEventMachine *)world.object, &address);

    EXPECT(SUCCEEDED(hr) == (address != NULL));
    SysFreeString(address);
    return hr;
}

static HRESULT get_fault(void)
{
    BSTR fault = NULL;
    HRESULT hr = IVMEventMachine_get_Fault((IVMEventMachine *)world.object, &fault);

    EXPECT(SUCCEEDED(hr) == (fault != NULL));
    EXPECT(FAILED(hr) || SysStringLen(fault));
    SysFreeString(fault);
    return hr;
}

static HRESULT get_connected(void)
{
    VARIANT_BOOL connected;
    HRESULT hr = IVMEventMachine_get_Connected((IVMEventMachine *)world.object, &connected);

    EXPECT(connected == VARIANT_FALSE);
    return hr;
}

static void do_nothing(struct loop_task *task, uv_loop_t *loop)
{
    (void)task, (void)loop;
}

/* The loop that serves all of them starts with the first, and then is there for good. */
static void test_start_of_the_loop(void **state)
{
    static struct loop_task task = {.run = do_nothing};
    LONG requests = 1;

    (void)state;
    for (;; ++requests)
    {
        bool posted;

        refusal_arm(requests);
        posted = loop_post(&task);
        if (!refusal_disarm())
        {
            assert_true(posted);
            break;
        }
        assert_false(posted);
    }
    printf("start of the loop: %ld refused\n", (long)requests - 1);
    assert_true(requests > 5);
}

static void test_live_machines(void **state)
{
    static const struct operation operations[] = {
            {"OpenMachine", NULL, open_machine, remove_live, LOSING, 15},
            {"OpenMachine, of a broker", NULL, open_of_broker, remove_live, LOSING, 15},
    };

    (void)state;
    OPERATIONS_CHECK(operations);
}

/* The loop tries to connect all the time. */
static void test_properties_of_live_machines(void **state)
{
    static const struct operation operations[] = {
            {"Address", prepare_live, get_address, remove_live, HERE, 1},
            {"Fault", prepare_live, get_fault, remove_live, HERE, 1},
            {"Connected", prepare_live, get_connected, remove_live, HERE, 0},
    };

    (void)state;
    OPERATIONS_CHECK(operations);
}

/* What libuv has by itself. */

static void *uv_malloc(size_t size)
{
    return refusal_allows("libuv's memory") ? malloc(size) : NULL;
}

static void *uv_realloc(void *memory, size_t size)
{
    return refusal_allows("libuv's memory") ? realloc(memory, size) : NULL;
}

static void *uv_calloc(size_t count, size_t size)
{
    return refusal_allows("libuv's memory") ? calloc(count, size) : NULL;
}

static int set_up(void **state)
{
    CHECK(!uv_replace_allocator(uv_malloc, uv_realloc, uv_calloc, free));
    return operations_set_up(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_start_of_the_loop),
            cmocka_unit_test(test_live_machines),
            cmocka_unit_test(test_properties_of_live_machines),
    };

    return cmocka_run_group_tests_name("memory that runs out for live machines", tests, set_up, operations_tear_down);
}
