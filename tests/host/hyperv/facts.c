/* What WMI says, taken apart: rows, GUIDs, dates, queries, and the items that a guest writes. */
#include "host/hyperv/cim_time.h"
#include "host/hyperv/classes.h"
#include "host/hyperv/exchange.h"
#include "host/hyperv/faults.h"
#include "host/hyperv/record_xml.h"
#include "host/hyperv/source.h"

#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GUID "5AC1B4E8-6F27-4C1B-9D3E-0A7F3C2B1D90"

static void reads_rows(void **state)
{
    struct hv_row row;
    int64_t number;

    (void)state;
    hv_row_init(&row);
    assert_true(hv_row_add_number(&row, "OperationalStatus", 2));
    assert_true(hv_row_add_number(&row, "OperationalStatus", 32772));
    assert_true(hv_row_add_text(&row, "OnTimeInMilliseconds", "18446744073709551615", 20));
    assert_true(hv_row_add_text(&row, "Limit", "4096", 4));
    assert_true(hv_row_add_text(&row, "ElementName", "", 0));
    assert_true(hv_row_number(&row, "OperationalStatus", 1, &number));
    assert_int_equal(number, 32772);
    assert_false(hv_row_number(&row, "OperationalStatus", 2, &number));
    assert_true(hv_row_number(&row, "Limit", 0, &number));
    assert_int_equal(number, 4096);
    assert_false(hv_row_number(&row, "OnTimeInMilliseconds", 0, &number));
    assert_string_equal(hv_row_text(&row, "ElementName", 0), "");
    assert_null(hv_row_text(&row, "OperationalStatus", 0));
    assert_null(hv_row_text(&row, "Element", 0));
    hv_row_clear(&row);
    assert_null(hv_row_text(&row, "ElementName", 0));
    hv_row_cleanup(&row);
}

static void bounds_rows(void **state)
{
    char *megabyte = malloc(HV_ROW_BYTES_MAX);
    struct hv_row row;

    (void)state;
    assert_non_null(megabyte);
    memset(megabyte, 'x', HV_ROW_BYTES_MAX);
    hv_row_init(&row);
    for (int i = 0; i < 8; ++i)
        assert_true(hv_row_add_text(&row, "GuestExchangeItems", megabyte, HV_ROW_BYTES_MAX / 3));
    assert_int_equal(row.count, 2);
    for (int i = 0; i < 2 * HV_ROW_VALUES_MAX; ++i)
        assert_true(hv_row_add_number(&row, "n", i));
    assert_int_equal(row.count, HV_ROW_VALUES_MAX);
    assert_true(row.text_count <= HV_ROW_BYTES_MAX);
    hv_row_cleanup(&row);
    free(megabyte);
}

static void reads_dates(void **state)
{
    (void)state;
    assert_int_equal(hv_cim_time("16010101000000.000000+000"), 0);
    assert_int_equal(hv_cim_time("16010102000000.000001-000"), 86400000001);
    assert_int_equal(hv_cim_time("19700101000000.000000+000"), 11644473600000000);
    assert_int_equal(hv_cim_time("20000301000000.000000+000"), (11644473600 + 951868800) * 1000000);
    assert_int_equal(hv_cim_time("20240229123456.789000+060"), (11644473600 + 1709206496) * 1000000 + 789000);
    assert_int_equal(hv_cim_time("20240229123456.789000-060"), (11644473600 + 1709213696) * 1000000 + 789000);
    assert_int_equal(hv_cim_time(NULL), INT64_MIN);
    assert_int_equal(hv_cim_time(""), INT64_MIN);
    assert_int_equal(hv_cim_time("20241301000000.000000+000"), INT64_MIN);
    assert_int_equal(hv_cim_time("20240229123456.789000"), INT64_MIN);
    assert_int_equal(hv_cim_time("00000001000000.000000:000"), INT64_MIN);
    assert_int_equal(hv_cim_time("20240229123456.789000+0600"), INT64_MIN);
}

static void asks(void **state)
{
    struct hv_guid guid;
    char query[HV_QUERY_SIZE];

    (void)state;
    assert_true(hv_guid_parse(&guid, "{5ac1b4e8-6f27-4c1b-9d3e-0a7f3c2b1d90}"));
    hv_class_query(HV_CLASS_HEARTBEAT, NULL, query);
    assert_string_equal(query, "SELECT SystemName, EnabledState, OperationalStatus FROM Msvm_HeartbeatComponent");
    hv_class_query(HV_CLASS_HEARTBEAT, &guid, query);
    assert_non_null(strstr(query, " WHERE SystemName = '" GUID "'"));
    hv_class_query(HV_CLASS_MEDIA, &guid, query);
    assert_non_null(strstr(query, ") AND InstanceID LIKE 'Microsoft:" GUID "%'"));
    for (int i = 0; i < HV_CLASS_COUNT; ++i)
    {
        hv_class_query((enum hv_class)i, &guid, query);
        assert_true(strlen(query) < 700);
    }
    /* A name is data, whatever is in it. */
    hv_name_query("It's \\ a 'test' OR 1=1", query);
    assert_non_null(strstr(query, " WHERE ElementName = 'It\\'s \\\\ a \\'test\\' OR 1=1'"));
    assert_true(hv_job_query("9B2D8A4C-0001", query));
    assert_false(hv_job_query("x\"} WHERE", query));
    assert_false(hv_job_query("x\\", query));
}

static const char item_begin[] =
        "<INSTANCE CLASSNAME=\"Msvm_KvpExchangeDataItem\">"
        "<PROPERTY NAME=\"Caption\" PROPAGATED=\"true\" TYPE=\"string\"></PROPERTY>";

static bool read_item(struct hv_item *item, const char *name, const char *data)
{
    char xml[8192];

    snprintf(xml, sizeof(xml),
            "%s<PROPERTY NAME=\"Data\" TYPE=\"string\"><VALUE>%s</VALUE></PROPERTY><PROPERTY NAME=\"Name\" "
            "TYPE=\"string\"><VALUE>%s</VALUE></PROPERTY><PROPERTY NAME=\"Source\" TYPE=\"uint16\"><VALUE>1</VALUE>"
            "</PROPERTY></INSTANCE>",
            item_begin, data, name);
    return hv_item_parse(item, xml);
}

static void reads_items(void **state)
{
    struct hv_item item;
    char data[HV_ITEM_DATA_MAX + 2];

    (void)state;
    assert_true(read_item(&item, "vmevents.users", "alice bob"));
    assert_string_equal(item.name, "vmevents.users");
    assert_string_equal(item.data, "alice bob");
    assert_true(read_item(&item, "n", "&lt;a href=&quot;x&quot;&gt; &amp;amp; &#65;&#x20AC;&apos;"));
    assert_string_equal(item.data, "<a href=\"x\"> &amp; A€'");
    assert_true(read_item(&item, "n", ""));
    assert_false(read_item(&item, "", "x"));
    assert_false(read_item(&item, "n", "&what;"));
    assert_false(read_item(&item, "n", "&"));
    assert_false(read_item(&item, "n", "&#0;"));
    assert_false(read_item(&item, "n", "&#xD800;"));
    assert_false(read_item(&item, "n", "&#99999999999999999999;"));
    memset(data, 'x', sizeof(data));
    data[HV_ITEM_DATA_MAX] = 0;
    assert_true(read_item(&item, "n", data));
    data[HV_ITEM_DATA_MAX] = 'x';
    data[HV_ITEM_DATA_MAX + 1] = 0;
    assert_false(read_item(&item, "n", data));
    assert_false(hv_item_parse(&item, ""));
    assert_false(hv_item_parse(&item, item_begin));
    assert_false(hv_item_parse(&item, "<PROPERTY NAME=\"Name\"><VALUE>x"));
    assert_false(hv_item_parse(&item, "<PROPERTY NAME=\"Name"));
}

static void count_item(void *context, const struct hv_item *item)
{
    assert_string_equal(item->name, "a");
    ++*(int *)context;
}

static void takes_items_of_a_row(void **state)
{
    static const char good[] =
            "<PROPERTY NAME=\"Name\"><VALUE>a</VALUE></PROPERTY><PROPERTY NAME=\"Data\"><VALUE></VALUE>"
            "</PROPERTY>";
    struct hv_row row;
    int count = 0;

    (void)state;
    hv_row_init(&row);
    assert_true(hv_row_add_text(&row, "GuestExchangeItems", good, strlen(good)));
    assert_true(hv_row_add_text(&row, "GuestExchangeItems", "<bad>", 5));
    assert_true(hv_row_add_text(&row, "GuestExchangeItems", good, strlen(good)));
    hv_exchange_read(&row, "GuestExchangeItems", count_item, &count);
    assert_int_equal(count, 2);
    hv_row_cleanup(&row);
}

static void knows_whose_instance_it_is(void **state)
{
    struct hv_guid guid;
    struct hv_row row;

    (void)state;
    hv_row_init(&row);
    assert_true(hv_row_add_text(&row, "InstanceID", "Microsoft:" GUID "\\83F8638B", 55));
    assert_true(hv_class_machine(HV_CLASS_MEMORY, &row, &guid));
    assert_string_equal(guid.text, GUID);
    hv_row_clear(&row);
    assert_true(hv_row_add_text(&row, "InstanceID", "Microsoft:Definition\\B637F347\\Default", 36));
    assert_false(hv_class_machine(HV_CLASS_MEMORY, &row, &guid));
    hv_row_clear(&row);
    assert_true(hv_row_add_text(&row, "VirtualSystemIdentifier", GUID, 36));
    assert_true(hv_row_add_text(&row, "VirtualSystemType", "Microsoft:Hyper-V:Snapshot:Realized", 35));
    assert_false(hv_class_machine(HV_CLASS_SETTINGS, &row, &guid));
    assert_false(hv_class_machine(HV_CLASS_SYSTEM, &row, &guid));
    hv_row_cleanup(&row);
}

/* As in the event maps of EricZimmerman/evtx, and in microsoft/WSL#4105. */
#define RECORD(provider, id, channel, data)                                                                            \
    "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='" provider           \
    "' Guid='{51ddfa29-d5c8-4803-be4b-2ecb715570fe}'/><EventID>" id                                                    \
    "</EventID><Version>0</Version><Level>4</Level>"                                                                   \
    "<Task>0</Task><Opcode>0</Opcode><Keywords>0x8000000000000000</Keywords><TimeCreated "                             \
    "SystemTime='2020-05-17T08:09:10.123456700Z'/><EventRecordID>61</EventRecordID><Correlation/><Execution "          \
    "ProcessID='5588' ThreadID='1880'/><Channel>" channel                                                              \
    "</Channel><Computer>HV1</Computer><Security "                                                                     \
    "UserID='S-1-5-83-1-1'/></System><UserData><VmlEventLog "                                                          \
    "xmlns='http://www.microsoft.com/Windows/Virtualization/Events'>" data "</VmlEventLog></UserData></Event>"

#define WORKER "Microsoft-Windows-Hyper-V-Worker"
#define VMMS "Microsoft-Windows-Hyper-V-VMMS"

#define RECORD_BEGIN                                                                                                   \
    "<Event><System><Provider Name='" WORKER                                                                           \
    "'/><EventID>18590</EventID><TimeCreated "                                                                         \
    "SystemTime='2020-05-17T08:09:10.1Z'/><EventRecordID>61</EventRecordID><Channel>" WORKER                           \
    "-Admin</Channel></System><UserData><VmlEventLog><VmId>" GUID "</VmId>"
#define RECORD_END "</VmlEventLog></UserData></Event>"

static void reads_records(void **state)
{
    struct hv_record record;

    (void)state;
    assert_true(hv_record_parse(&record,
            RECORD(WORKER, "18590", WORKER "-Admin",
                    "<VmName>Web &lt;VmId&gt;x</VmName><VmId>5AC1B4E8-6F27-4C1B-9D3E-0A7F3C2B1D90</VmId>"
                    "<VmErrorCode0>0x1e</VmErrorCode0><VmErrorMessage>&lt;/VmId&gt;</VmErrorMessage>")));
    assert_string_equal(record.codes, "0x1e");
    assert_string_equal(record.message, "</VmId>");
    assert_int_equal(record.channel, HV_CHANNEL_WORKER);
    assert_int_equal(record.provider, HV_PROVIDER_WORKER);
    assert_int_equal(record.id, 18590);
    assert_int_equal(record.number, 61);
    assert_int_equal(record.time_us, (11644473600 + 1589702950) * 1000000 + 123456);
    assert_string_equal(record.machine.text, GUID);
    assert_true(hv_record_parse(&record, RECORD(VMMS, "13003", VMMS "-Admin", "<VmId>{" GUID "}</VmId>")));
    assert_int_equal(record.channel, HV_CHANNEL_VMMS);
    assert_int_equal(record.provider, HV_PROVIDER_VMMS);
    assert_int_equal(hv_record_meaning(&record), HV_MEANS_DELETED);
    assert_true(hv_record_parse(
            &record, RECORD("Microsoft-Windows-Hyper-V-Chipset", "18601", WORKER "-Admin", "<VmId>" GUID "</VmId>")));
    assert_int_equal(record.provider, HV_PROVIDER_OTHER);
    assert_int_equal(hv_record_meaning(&record), HV_MEANS_NOTHING);
}

/* As in microsoft/WSL#4105 and the event maps of EricZimmerman/evtx, and as nobody has seen it. */
static void reads_what_records_say_besides(void **state)
{
    static const struct
    {
        const char *data, *codes, *message;
    } said[] = {
            {"<Force>False</Force><Reason></Reason>", "", ""},
            {"<Reason/>", "", ""},
            {"<Force>True</Force><Reason>Patches &amp; reboots</Reason>", "", "Patches & reboots"},
            {"<VmErrorCode0>0x79</VmErrorCode0><VmErrorCode1>0x6</VmErrorCode1><VmErrorCode2>0xFFFFFFFFFFFFFFFF"
             "</VmErrorCode2><VmErrorMessage>\n      </VmErrorMessage>",
                    "0x79 0x6 0xFFFFFFFFFFFFFFFF", ""},
            {"<VmErrorCode0>0xZ</VmErrorCode0><VmErrorCode1>12</VmErrorCode1><ErrorCode>0x80070002</ErrorCode>",
                    "0x80070002", ""},
            {"<VmErrorMessage> a&#27;[2J&#x9B;b\r\n&lt;c&gt; </VmErrorMessage><Reason>no</Reason>", "", "a [2J b  <c>"},
            {"<Reason>&what;</Reason>", "", ""},
            {"<Reason>cut &#99999999999;</Reason>", "", "cut"},
    };
    struct hv_record record;
    char xml[2048];

    (void)state;
    for (size_t i = 0; i < sizeof(said) / sizeof(*said); ++i)
    {
        snprintf(xml, sizeof(xml), "%s%s%s", RECORD_BEGIN, said[i].data, RECORD_END);
        assert_true(hv_record_parse(&record, xml));
        assert_string_equal(record.codes, said[i].codes);
        assert_string_equal(record.message, said[i].message);
    }
}

/* What is longer than there is room for ends with a whole character. */
static void cuts_what_a_guest_says(void **state)
{
    char xml[4096], text[HV_RECORD_MESSAGE_SIZE * 2];
    struct hv_record record;

    (void)state;
    for (size_t before = 0; before < 4; ++before)
    {
        memset(text, 'x', before);
        for (size_t i = before; i + 3 < sizeof(text); i += 3)
            memcpy(text + i, "\xE2\x82\xAC", 4);
        snprintf(xml, sizeof(xml), "%s<VmErrorMessage>%s</VmErrorMessage>%s", RECORD_BEGIN, text, RECORD_END);
        assert_true(hv_record_parse(&record, xml));
        assert_int_equal(strlen(record.message), before + (HV_RECORD_MESSAGE_SIZE - 1 - before) / 3 * 3);
        assert_int_equal(strncmp(record.message, text, strlen(record.message)), 0);
    }
}

static void refuses_what_is_no_record(void **state)
{
    static const char good[] = RECORD(WORKER, "18500", WORKER "-Admin", "<VmId>" GUID "</VmId>");
    struct hv_record record;
    char *cut;

    (void)state;
    assert_true(hv_record_parse(&record, good));
    assert_false(hv_record_parse(&record, RECORD(WORKER, "18500", "System", "<VmId>" GUID "</VmId>")));
    assert_false(hv_record_parse(&record, RECORD(WORKER, "18500", WORKER "-Admin", "<VmName>Web</VmName>")));
    assert_false(hv_record_parse(&record, RECORD(WORKER, "18500", WORKER "-Admin", "<VmId>none</VmId>")));
    assert_false(hv_record_parse(&record, RECORD(WORKER, "185x", WORKER "-Admin", "<VmId>" GUID "</VmId>")));
    assert_false(hv_record_parse(&record, RECORD(WORKER, "99999999999", WORKER "-Admin", "<VmId>" GUID "</VmId>")));
    /* However it is cut, nothing is read behind its end. */
    for (size_t length = 0; length < strlen(good); ++length)
    {
        assert_non_null(cut = malloc(length + 1));
        memcpy(cut, good, length);
        cut[length] = 0;
        hv_record_parse(&record, cut);
        free(cut);
    }
}

static void says_what_is_wrong(void **state)
{
    struct hv_guid guids[40] = {{GUID}};
    struct hv_address address = {.name = ""};
    char fault[HV_FAULT_SIZE];

    (void)state;
    memset(address.name, 'x', HV_NAME_MAX);
    memset(address.host, 'h', HV_HOST_MAX);
    hv_describe_ambiguous(fault, &address, guids, 40);
    assert_non_null(strstr(fault, " has 40 machines named "));
    hv_describe_connect(fault, address.host, HV_E_NO_NAMESPACE);
    assert_non_null(strstr(fault, "tells whether it is installed"));
    hv_describe_connect(fault, "", HV_E_SYSTEM_ACCESS_DENIED);
    assert_non_null(strstr(fault, "(0x80070005)"));
    assert_true(hv_is_end_of_connection(HV_E(0x706BA)));
    assert_true(hv_is_end_of_connection(HV_E_DISCONNECTED));
    assert_false(hv_is_end_of_connection(HV_E_FAILED));
    assert_false(hv_is_end_of_connection(HV_OK));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(reads_rows),
            cmocka_unit_test(bounds_rows),
            cmocka_unit_test(reads_dates),
            cmocka_unit_test(asks),
            cmocka_unit_test(reads_items),
            cmocka_unit_test(takes_items_of_a_row),
            cmocka_unit_test(knows_whose_instance_it_is),
            cmocka_unit_test(reads_records),
            cmocka_unit_test(reads_what_records_say_besides),
            cmocka_unit_test(cuts_what_a_guest_says),
            cmocka_unit_test(refuses_what_is_no_record),
            cmocka_unit_test(says_what_is_wrong),
    };

    return cmocka_run_group_tests_name("what WMI says", tests, NULL, NULL);
}
