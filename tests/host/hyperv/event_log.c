/* The event log by itself, behind its table of functions. */
#include "pretended_log.h"

#include "host/hyperv/source.h"
#include "support/test.h"

#include <stdlib.h>
#include <wchar.h>

#define WORKER L"Microsoft-Windows-Hyper-V-Worker"
#define CHIPSET L"Microsoft-Windows-Hyper-V-Chipset"
#define VMMS L"Microsoft-Windows-Hyper-V-VMMS"
#define WORKER_ADMIN WORKER L"-Admin"
#define VMMS_ADMIN VMMS L"-Admin"
#define WEB L"5AC1B4E8-6F27-4C1B-9D3E-0A7F3C2B1D90"

static struct event_log event_log;

static int setup(void **state)
{
    (void)state;
    pretended_log_begin();
    event_log_init(&event_log, &pretended_log_functions);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    event_log_cleanup(&event_log);
    assert_int_equal(pretended_log.handles, 0);
    pretended_log_end();
    return 0;
}

static void expect_record(UINT id, enum hv_meaning meaning)
{
    struct hv_record record;

    assert_int_equal(event_log_next(&event_log, &record), S_OK);
    assert_int_equal(record.id, id);
    assert_string_equal(record.machine.text, "5AC1B4E8-6F27-4C1B-9D3E-0A7F3C2B1D90");
    assert_int_equal(hv_record_meaning(&record), meaning);
}

static void expect_none(void)
{
    struct hv_record record;

    assert_int_equal(event_log_next(&event_log, &record), HV_TIMED_OUT);
}

/* One subscription, for both channels by their own names, and from now on. */
static void test_reads_both_channels_from_now_on(void **state)
{
    (void)state;
    pretended_log_write(WORKER_ADMIN, WORKER, 18512, WEB);
    assert_int_equal(event_log_open(&event_log, NULL), S_OK);
    assert_int_equal(pretended_log.flags, EvtSubscribeToFutureEvents);
    assert_non_null(wcsstr(pretended_log.query, L"<Select Path=\"Microsoft-Windows-Hyper-V-Worker-Admin\">"));
    assert_non_null(wcsstr(pretended_log.query, L"<Select Path=\"Microsoft-Windows-Hyper-V-VMMS-Admin\">"));
    expect_none();
    pretended_log_write(WORKER_ADMIN, WORKER, 18514, WEB);
    pretended_log_write(VMMS_ADMIN, VMMS, 13003, WEB);
    expect_record(18514, HV_MEANS_GUEST_RESET);
    expect_record(13003, HV_MEANS_DELETED);
    expect_none();
    assert_int_equal(pretended_log.subscriptions, 1);
}

/* The same number means nothing with another provider, though it is in the same channel. */
static void test_means_by_provider_and_number(void **state)
{
    (void)state;
    assert_int_equal(event_log_open(&event_log, NULL), S_OK);
    for (UINT id = 18500; id < 18620; ++id)
        pretended_log_write(WORKER_ADMIN, CHIPSET, id, WEB);
    pretended_log_write(WORKER_ADMIN, VMMS, 18512, WEB);
    pretended_log_write(VMMS_ADMIN, WORKER, 13003, WEB);
    for (UINT id = 18500; id < 18620; ++id)
        expect_record(id, HV_MEANS_NOTHING);
    expect_record(18512, HV_MEANS_NOTHING);
    expect_record(13003, HV_MEANS_NOTHING);
}

/* What was written while nobody read is read, and nothing twice. */
static void test_goes_on_behind_the_bookmark(void **state)
{
    (void)state;
    assert_int_equal(event_log_open(&event_log, NULL), S_OK);
    pretended_log_write(WORKER_ADMIN, WORKER, 18500, WEB);
    expect_record(18500, HV_MEANS_NOTHING);
    event_log_close(&event_log);
    assert_int_equal(pretended_log.handles, 1);
    pretended_log_write(WORKER_ADMIN, WORKER, 18508, WEB);
    for (int i = 0; i < 3; ++i)
    {
        assert_int_equal(event_log_open(&event_log, NULL), S_OK);
        assert_int_equal(pretended_log.flags, EvtSubscribeStartAfterBookmark);
        if (!i)
            expect_record(18508, HV_MEANS_GUEST_SHUTDOWN);
        expect_none();
        event_log_close(&event_log);
    }
}

/* A record about no machine, and what is none, are passed over, and the bookmark goes with them. */
static void test_passes_over_what_is_about_no_machine(void **state)
{
    (void)state;
    assert_int_equal(event_log_open(&event_log, NULL), S_OK);
    pretended_log_write(VMMS_ADMIN, VMMS, 14094, NULL);
    pretended_log_write_xml(L"<Event>");
    pretended_log_write_xml(L"");
    pretended_log_write(L"Security", WORKER, 18512, WEB);
    pretended_log_write(WORKER_ADMIN, WORKER, 18512, L"no guid");
    expect_none();
    event_log_close(&event_log);
    assert_int_equal(event_log_open(&event_log, NULL), S_OK);
    expect_none();
    pretended_log_write(WORKER_ADMIN, WORKER, 18512, WEB);
    expect_record(18512, HV_MEANS_RESET);
}

/* A record that is longer than any is passed over; one that is long is read. */
static void test_long_records(void **state)
{
    const size_t lengths[] = {100000, 2 << 20};
    WCHAR *xml;

    (void)state;
    assert_int_equal(event_log_open(&event_log, NULL), S_OK);
    for (size_t i = 0; i < ARRAYSIZE(lengths); ++i)
    {
        assert_non_null(xml = malloc((lengths[i] + 1024) * sizeof(WCHAR)));
        wcscpy(xml,
                L"<Event><System><Provider Name='" WORKER L"'/><EventID>18590</EventID>"
                L"<TimeCreated SystemTime='2026-01-01T00:00:00Z'/><EventRecordID>7</EventRecordID><Channel>" WORKER_ADMIN
                L"</Channel></System><UserData><VmlEventLog><GuestMessage>");
        for (size_t j = 0, end = wcslen(xml); j < lengths[i]; ++j)
            xml[end + j] = 'x', xml[end + j + 1] = 0;
        wcscat(xml, L"</GuestMessage><VmId>" WEB L"</VmId></VmlEventLog></UserData></Event>");
        pretended_log_write_xml(xml);
        free(xml);
    }
    expect_record(18590, HV_MEANS_CRASH);
    expect_none();
}

/* A guest's text is not taken for the machine's. */
static void test_markup_in_a_record(void **state)
{
    (void)state;
    assert_int_equal(event_log_open(&event_log, NULL), S_OK);
    pretended_log_write_xml(
            L"<Event><System><Provider Name='" WORKER L"'/><EventID>18590</EventID>"
            L"<TimeCreated SystemTime='2026-01-01T00:00:00Z'/><EventRecordID>7</EventRecordID><Channel>" WORKER_ADMIN
            L"</Channel></System><UserData><VmlEventLog><GuestMessage>&lt;VmId&gt;00000000-0000-0000-0000-000000000001"
            L"&lt;/VmId&gt;</GuestMessage><VmId>" WEB L"</VmId></VmlEventLog></UserData></Event>");
    expect_record(18590, HV_MEANS_CRASH);
    expect_none();
}

static void test_another_computer(void **state)
{
    (void)state;
    assert_int_equal(event_log_open(&event_log, L"hv1"), S_OK);
    assert_int_equal(wcscmp(pretended_log.host, L"hv1"), 0);
    assert_int_equal(pretended_log.handles, 2);
    event_log_close(&event_log);
    assert_int_equal(pretended_log.handles, 0);
}

static void test_failures(void **state)
{
    struct hv_record record;

    (void)state;
    pretended_log.subscribe_error = ERROR_EVT_CHANNEL_NOT_FOUND;
    assert_int_equal(event_log_open(&event_log, L"hv1"), HRESULT_FROM_WIN32(ERROR_EVT_CHANNEL_NOT_FOUND));
    assert_int_equal(pretended_log.handles, 0);
    pretended_log.subscribe_error = 0;
    assert_int_equal(event_log_open(&event_log, NULL), S_OK);
    pretended_log.next_error = RPC_S_SERVER_UNAVAILABLE;
    assert_int_equal(event_log_next(&event_log, &record), HRESULT_FROM_WIN32(RPC_S_SERVER_UNAVAILABLE));
    pretended_log.next_error = ERROR_TIMEOUT;
    expect_none();
    pretended_log.next_error = 0;
    pretended_log.render_error = ERROR_EVT_INVALID_EVENT_DATA;
    pretended_log_write(WORKER_ADMIN, WORKER, 18512, WEB);
    expect_none();
    pretended_log.render_error = 0;
    pretended_log_write(WORKER_ADMIN, WORKER, 18514, WEB);
    expect_record(18514, HV_MEANS_GUEST_RESET);
}

/* Wine's EvtSubscribe fails without a word, and a Windows without the functions has no log. */
static void test_no_log(void **state)
{
    struct event_log none;

    (void)state;
    event_log_init(&none, NULL);
    assert_int_equal(event_log_open(&none, NULL), HRESULT_FROM_WIN32(ERROR_PROC_NOT_FOUND));
    event_log_close(&none);
    event_log_cleanup(&none);
}

#define log_test(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
            log_test(test_reads_both_channels_from_now_on),
            log_test(test_means_by_provider_and_number),
            log_test(test_goes_on_behind_the_bookmark),
            log_test(test_passes_over_what_is_about_no_machine),
            log_test(test_long_records),
            log_test(test_markup_in_a_record),
            log_test(test_another_computer),
            log_test(test_failures),
            log_test(test_no_log),
    };

    return cmocka_run_group_tests_name("the event log of Hyper-V", tests, NULL, NULL);
}
