/* Media and drives, as they are changed, added, deleted and replaced. */
#include "pretended.h"
#include "support/test.h"

#include <string.h>

#define CD(id, inserted) "{\"qdev\": \"" id "\", \"removable\": true, \"tray_open\": false" inserted "}"
#define WITH(file) ", \"inserted\": {\"file\": \"" file "\", \"node-name\": \"n\"}"
#define FLOPPY(inserted) "{\"qdev\": \"/machine/unattached/device[16]\", \"removable\": true" inserted "}"

static void test_a_floppy_has_no_events(void **state)
{
    struct pretended *pretended = *state;

    pretended->drives = "[" FLOPPY(WITH("a.img")) "]";
    pretended_say(pretended, "DEVICE_TRAY_MOVED", "{\"id\": \"cd0\"}");
    pretended_wait(pretended, 5000);
    pretended_expect(pretended, "");
    pretended->drives = "[" FLOPPY("") "]";
    pretended_wait(pretended, 3000);
    pretended_expect(pretended, "Floppy.OnMediaEject(a.img)\n");
}

/* By blockdev-remove-medium and -insert-medium, and with the tray open all the while. */
static void test_a_medium_that_no_event_tells_of(void **state)
{
    struct pretended *pretended = *state;

    pretended->drives = "[" CD("cd0", WITH("a.iso")) "]";
    pretended_say(pretended, "DEVICE_TRAY_MOVED", "{\"id\": \"cd0\"}");
    pretended->drives = "[" CD("cd0", "") "]";
    pretended_wait(pretended, POLL_MS);
    pretended_expect(pretended, "DVD.OnMediaEject(a.iso)\n");
    pretended->drives = "[" CD("cd0", WITH("b.iso")) "]";
    pretended_wait(pretended, POLL_MS);
    pretended_expect(pretended, "DVD.OnMediaInsert(b.iso)\n");
}

/* Into a machine that had none. */
static void test_a_drive_that_is_added(void **state)
{
    struct pretended *pretended = *state;

    pretended->more_devices = ", {\"name\": \"cd7\", \"type\": \"child<scsi-cd>\"}";
    pretended->drives = "[" CD("cd7", WITH("a.iso")) "]";
    pretended_wait(pretended, POLL_MS);
    pretended->drives = "[" CD("cd7", "") "]";
    pretended_wait(pretended, POLL_MS);
    pretended_expect(pretended, "OnConfigurationChanged(hardware/devices/cd7=True)\nDVD.OnMediaEject(a.iso)\n");
}

/* It shows in no list of devices. */
static void test_a_drive_without_a_name_that_is_added(void **state)
{
    struct pretended *pretended = *state;

    pretended->drives = "[" CD("/machine/peripheral-anon/device[1]", WITH("a.iso")) "]";
    pretended->drive_type = "\"ide-cd\"";
    pretended_wait(pretended, POLL_SELDOM_MS + POLL_MS);
    pretended->drives = "[" CD("/machine/peripheral-anon/device[1]", WITH("b.iso")) "]";
    pretended_wait(pretended, POLL_MS);
    pretended_expect(pretended, "DVD.OnMediaEject(a.iso)\nDVD.OnMediaInsert(b.iso)\n");
}

/* It takes its medium with it; another has its name, with another medium, sooner or later. */
static void test_a_drive_that_is_replaced(void **state)
{
    static const char deletion[] = "{\"device\": \"cd7\", \"path\": \"/machine/peripheral/cd7\"}";
    struct pretended *pretended = *state;

    for (int later = 0; later < 2; ++later)
    {
        pretended->more_devices = ", {\"name\": \"cd7\", \"type\": \"child<scsi-cd>\"}";
        pretended->drives = "[" CD("cd7", WITH("a.iso")) "]";
        pretended_wait(pretended, 2 * POLL_MS);
        pretended_expect(pretended, "OnConfigurationChanged(hardware/devices/cd7=True)\n");
        pretended->more_devices = "";
        pretended->drives = "[]";
        if (later)
            pretended_wait(pretended, 20000);
        else
            pretended_say(pretended, "DEVICE_DELETED", deletion);
        pretended_expect(pretended, "OnConfigurationChanged(hardware/devices/cd7=False)\n");
        pretended->more_devices = ", {\"name\": \"cd7\", \"type\": \"child<scsi-cd>\"}";
        pretended->drives = "[" CD("cd7", WITH("b.iso")) "]";
        pretended_wait(pretended, 2 * POLL_MS);
        pretended_expect(pretended, "OnConfigurationChanged(hardware/devices/cd7=True)\n");
        pretended->more_devices = "";
        pretended->drives = "[]";
        pretended_wait(pretended, 20000);
        pretended_expect(pretended, "OnConfigurationChanged(hardware/devices/cd7=False)\n");
    }
}

/* QEMU lists the drive again before it is asked what became of it. */
static void test_a_drive_that_is_replaced_at_once(void **state)
{
    struct pretended *pretended = *state;

    pretended->drives = "[" CD("cd0", WITH("a.iso")) ", " CD("/machine/peripheral/usb/part", WITH("c.iso")) "]";
    pretended_say(pretended, "DEVICE_TRAY_MOVED", "{\"id\": \"cd0\"}");
    pretended_wait(pretended, 2 * POLL_MS);
    pretended->is_busy = true;
    pretended->drives = "[" CD("cd0", WITH("b.iso")) ", " CD("/machine/peripheral/usb/part", WITH("d.iso")) "]";
    pretended_say(pretended, "DEVICE_DELETED", "{\"device\": \"cd0\", \"path\": \"/machine/peripheral/cd0\"}");
    pretended_say(pretended, "DEVICE_DELETED", "{\"device\": \"usb\", \"path\": \"/machine/peripheral/usb\"}");
    pretended->is_busy = false;
    pretended_wait(pretended, 2 * POLL_MS);
    pretended_expect(pretended, "");
}

/* Another one has its name, and becomes full. */
static void test_a_full_disk_that_is_replaced(void **state)
{
    static const char report[] = "{\"device\": \"d\", \"nospace\": true, \"action\": \"report\"}";
    struct pretended *pretended = *state;

    pretended->drives = "[{\"device\": \"d\", \"removable\": false}, {\"device\": \"e\", \"removable\": false}]";
    pretended_say(pretended, "BLOCK_IO_ERROR", report);
    pretended->drives = "[{\"device\": \"d\", \"removable\": false}]";
    pretended_say(pretended, "DEVICE_DELETED", "{\"device\": \"e0\", \"path\": \"/machine/peripheral/e0\"}");
    pretended_say(pretended, "BLOCK_IO_ERROR", report);
    pretended_expect(pretended, "OnDiskOutOfSpace(False)\n");
    pretended->drives = "[]";
    pretended_say(pretended, "DEVICE_DELETED", "{\"device\": \"d0\", \"path\": \"/machine/peripheral/d0\"}");
    pretended_say(pretended, "BLOCK_IO_ERROR", report);
    pretended_expect(pretended, "OnDiskOutOfSpace(False)\n");
}

/* Each image is told of inside the one before. */
static void test_a_long_chain_of_images(void **state)
{
    static char text[65536];
    struct pretended *pretended = *state;

    strcpy(text, "{\"event\": \"POWERDOWN\", \"data\": ");
    for (int i = 0; i < 900; ++i)
        strcat(text, "{\"backing-image\": ");
    strcat(text, "0");
    for (int i = 0; i < 900; ++i)
        strcat(text, "}");
    strcat(text, "}\n");
    assert_null(vm_take_qmp(&pretended->vm, text, strlen(text), pretended->now_ms));
    pretended_expect(pretended, "OnRequestShutdown()\n");
}

/* It says that it is removable, and has something like a tray. */
static void test_a_usb_stick_is_no_dvd(void **state)
{
    struct pretended *pretended = *state;

    pretended->drive_type = "\"scsi-hd\"";
    pretended->drives = "[" CD("/machine/peripheral/usb1/usb1.0/legacy[0]", WITH("a.img")) "]";
    pretended_say(pretended, "DEVICE_TRAY_MOVED", "{\"id\": \"x\"}");
    pretended->drives = "[" CD("/machine/peripheral/usb1/usb1.0/legacy[0]", "") "]";
    pretended_say(pretended, "DEVICE_TRAY_MOVED", "{\"id\": \"x\"}");
    pretended_wait(pretended, 30000);
    pretended_expect(pretended, "");
}

/* A node that limits the speed stands before the file, and then one that is on the network. */
static void test_a_medium_behind_other_nodes(void **state)
{
    static const char nbd[] = "json:{\\\"driver\\\": \\\"raw\\\", \\\"file\\\": {\\\"driver\\\": \\\"nbd\\\"}}";
    struct pretended *pretended = *state;
    char drives[1024];

    pretended->drives = "[" CD("cd0", "") "]";
    pretended_say(pretended, "DEVICE_TRAY_MOVED", "{\"id\": \"cd0\"}");
    pretended->drives = "[" CD("cd0", WITH("json:{\\\"throttle-group\\\": \\\"t\\\", \\\"driver\\\": \\\"throttle\\\", "
            "\\\"file\\\": {\\\"driver\\\": \\\"raw\\\", \\\"file\\\": {\\\"driver\\\": \\\"file\\\", "
            "\\\"filename\\\": \\\"/vm/a \\\\\\\"b.iso\\\"}}}")) "]";
    pretended_say(pretended, "DEVICE_TRAY_MOVED", "{\"id\": \"cd0\"}");
    pretended_expect(pretended, "DVD.OnMediaInsert(/vm/a \"b.iso)\n");
    snprintf(drives, sizeof(drives), "[{\"qdev\": \"cd0\", \"removable\": true, \"tray_open\": false, "
            "\"inserted\": {\"file\": \"%s\"}}]", nbd);
    pretended->drives = drives;
    pretended_say(pretended, "DEVICE_TRAY_MOVED", "{\"id\": \"cd0\"}");
    pretended_expect(pretended, "DVD.OnMediaEject(/vm/a \"b.iso)\n"
            "DVD.OnMediaInsert(json:{\"driver\": \"raw\", \"file\": {\"driver\": \"nbd\"}})\n");
    pretended->drives = "[" CD("cd0", WITH("json:{broken")) "]";
    pretended_say(pretended, "DEVICE_TRAY_MOVED", "{\"id\": \"cd0\"}");
    pretended_expect(pretended, "DVD.OnMediaEject(json:{\"driver\": \"raw\", \"file\": {\"driver\": \"nbd\"}})\n"
            "DVD.OnMediaInsert(json:{broken)\n");
}

/* The same file, opened again: the node has another name. */
static void test_a_medium_is_changed_for_itself(void **state)
{
    struct pretended *pretended = *state;

    pretended->drives = "[{\"qdev\": \"cd0\", \"removable\": true, \"tray_open\": false, "
                        "\"inserted\": {\"file\": \"a.iso\", \"node-name\": \"#1\"}}]";
    pretended_say(pretended, "DEVICE_TRAY_MOVED", "{\"id\": \"cd0\"}");
    pretended_expect(pretended, "");
    pretended->drives = "[{\"qdev\": \"cd0\", \"removable\": true, \"tray_open\": false, "
                        "\"inserted\": {\"file\": \"a.iso\", \"node-name\": \"#2\"}}]";
    pretended_say(pretended, "DEVICE_TRAY_MOVED", "{\"id\": \"cd0\"}");
    pretended_expect(pretended, "DVD.OnMediaEject(a.iso)\nDVD.OnMediaInsert(a.iso)\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, pretended_set_up, pretended_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
            TEST(a_floppy_has_no_events),
            TEST(a_medium_that_no_event_tells_of),
            TEST(a_drive_that_is_added),
            TEST(a_drive_without_a_name_that_is_added),
            TEST(a_drive_that_is_replaced),
            TEST(a_drive_that_is_replaced_at_once),
            TEST(a_full_disk_that_is_replaced),
            TEST(a_long_chain_of_images),
            TEST(a_usb_stick_is_no_dvd),
            TEST(a_medium_behind_other_nodes),
            TEST(a_medium_is_changed_for_itself),
    };

    return cmocka_run_group_tests_name("media of a live machine", tests, NULL, NULL);
}
