/*
 * Resets whose cause the log has. QEMU writes it before it tells of the reset, as fast or slow as it is; the file may be
 * read early or late, and be cut anywhere.
 */
#include "pretended.h"
#include "support/test.h"

#include <fcntl.h>
#include <string.h>

#include <uv.h>

/* The registers as QEMU logs them, and where the processor was. */
#define REGISTERS(eip, cs, cr0) \
    "EAX=00000000 EBX=00000000 ECX=00000000 EDX=00060fb1\n" \
    "ESI=00000000 EDI=00000000 EBP=00000000 ESP=00000000\n" \
    "EIP=" eip " EFL=00000046 [---Z-P-] CPL=0 II=0 A20=1 SMM=0 HLT=0\n" \
    "ES =0000 00000000 0000ffff 00009300\n" \
    "CS =" cs " 0000ffff 00009b00\n" \
    "CR0=" cr0 " CR2=00000000 CR3=00000000 CR4=00000000\n" \
    "EFER=0000000000000000\n"

#define CPU_RESET "CPU Reset (CPU 0)\n"
#define IN_GUEST CPU_RESET REGISTERS("00007c1d", "0000 00000000", "00000010")
#define IN_PAGING_GUEST CPU_RESET REGISTERS("000f1234", "0010 00000000", "80000011")
#define IN_FIRMWARE CPU_RESET REGISTERS("000efaad", "0008 00000000", "00000011")
#define AT_THE_START CPU_RESET REGISTERS("0000fff0", "f000 ffff0000", "60000010")
#define IN_LINUX CPU_RESET \
    "RAX=0000000000000000 RBX=0000000000000000 RCX=0000000000000000 RDX=0000000000000000\n" \
    "RIP=ffffffff81000000 RFL=00000046 [---Z-P-] CPL=0 II=0 A20=1 SMM=0 HLT=0\n" \
    "CS =0010 0000000000000000 ffffffff 00af9b00 DPL=0 CS64 [-RA]\n" \
    "CR0=80050033 CR2=0000000000000000 CR3=0000000002a10000 CR4=000006f0\n"
#define FAULT "Triple fault\n"

static char path[1024];

/* The file */

static void write_at(const char *text, size_t size, int flags)
{
    uv_buf_t buffer = uv_buf_init((char *)text, (unsigned int)size);
    uv_fs_t request;
    uv_file file = uv_fs_open(NULL, &request, path, O_WRONLY | O_CREAT | flags, 0600, NULL);

    uv_fs_req_cleanup(&request);
    assert_true(file >= 0);
    assert_int_equal(uv_fs_write(NULL, &request, file, &buffer, 1, -1, NULL), size);
    uv_fs_req_cleanup(&request);
    uv_fs_close(NULL, &request, file, NULL);
    uv_fs_req_cleanup(&request);
}

static void log_text(const char *text)
{
    write_at(text, strlen(text), O_APPEND);
}

static void begin_log_anew(const char *text)
{
    write_at(text, strlen(text), O_TRUNC);
}

static void remove_log(void)
{
    uv_fs_t request;

    uv_fs_unlink(NULL, &request, path, NULL);
    uv_fs_req_cleanup(&request);
}

static int set_up(void **state)
{
    char address[1200];
    size_t size = sizeof(path) - 32;

    assert_int_equal(uv_os_tmpdir(path, &size), 0);
    snprintf(path + size, sizeof(path) - size, "/reset-%lu.log", (unsigned long)uv_os_getpid());
    begin_log_anew(FAULT IN_GUEST AT_THE_START);
    snprintf(address, sizeof(address), "qemu:127.0.0.1:1,agent=2,reset-log=%s", path);
    *state = pretended_start(address);
    return 0;
}

static int tear_down(void **state)
{
    pretended_end(*state);
    remove_log();
    return 0;
}

#define TRIPLE_FAULT "OnTripleFault()\nOnReset()\n"
#define RESET "OnReset()\n"

/* Each reset has its line before QEMU tells of it, and the firmware resets once more, sooner or later. */
static void test_the_firmware_takes_its_time(void **state)
{
    static const uint64_t takes[] = {0, 40, 700, 1500, 8000, 30000};
    struct pretended *pretended = *state;

    for (size_t i = 0; i < sizeof(takes) / sizeof(takes[0]); ++i)
    {
        log_text(IN_GUEST);
        pretended_reset_by_guest(pretended);
        pretended_wait(pretended, takes[i]);
        log_text(FAULT IN_FIRMWARE);
        pretended_reset_by_guest(pretended);
        pretended_expect(pretended, RESET);
        pretended_wait(pretended, takes[i]);
        log_text(FAULT IN_GUEST);
        pretended_reset_by_guest(pretended);
        pretended_wait(pretended, takes[i]);
        log_text(FAULT IN_FIRMWARE);
        pretended_reset_by_guest(pretended);
        log_text(AT_THE_START);
        pretended_reset_by_guest(pretended);
        pretended_expect(pretended, TRIPLE_FAULT);
    }
}

/* The host is slow: when it reads the log it has what QEMU tells of later, too. */
static void test_the_events_come_late(void **state)
{
    struct pretended *pretended = *state;

    log_text(IN_GUEST FAULT IN_FIRMWARE FAULT IN_GUEST FAULT IN_FIRMWARE AT_THE_START IN_LINUX FAULT IN_FIRMWARE
                    FAULT IN_PAGING_GUEST);
    for (int i = 0; i < 8; ++i)
        pretended_reset_by_guest(pretended);
    pretended_expect(pretended, RESET TRIPLE_FAULT RESET TRIPLE_FAULT);
}

/* What is held until it is certain what came before it keeps what the log had of it. */
static void test_events_that_wait_for_their_order(void **state)
{
    struct pretended *pretended = *state;

    pretended_say(pretended, "RTC_CHANGE", "{\"offset\": 1}");
    log_text(FAULT IN_GUEST);
    pretended_reset_by_guest(pretended);
    log_text(FAULT IN_FIRMWARE);
    pretended_reset_by_guest(pretended);
    log_text(IN_GUEST);
    pretended_reset_by_guest(pretended);
    pretended_wait(pretended, 2000);
    pretended_expect(pretended, "OnConfigurationChanged(hardware/bios/time_offset=1)\n" TRIPLE_FAULT RESET);
}

/* The file comes over something that is slower than QEMU. Whatever happens behind the reset waits. */
static void test_the_log_comes_late(void **state)
{
    struct pretended *pretended = *state;

    pretended_reset_by_guest(pretended);
    pretended_reset_by_guest(pretended);
    pretended_say(pretended, "POWERDOWN", NULL);
    pretended_wait(pretended, 3000);
    pretended_expect(pretended, "");
    log_text(FAULT IN_GUEST FAULT);
    pretended_wait(pretended, 1000);
    pretended_expect(pretended, TRIPLE_FAULT);
    log_text(IN_FIRMWARE);
    pretended_wait(pretended, 100);
    pretended_expect(pretended, "OnRequestShutdown()\n");
}

/* What else is logged may be anything, and hides nothing behind it. */
static void test_zeros_inside_the_log(void **state)
{
    static const char zeros[] = "\0\0anything\0\n\0";
    struct pretended *pretended = *state;

    write_at(zeros, sizeof(zeros), O_APPEND);
    log_text(FAULT IN_GUEST);
    pretended_reset_by_guest(pretended);
    write_at(zeros, sizeof(zeros), O_APPEND);
    log_text(FAULT IN_FIRMWARE);
    pretended_reset_by_guest(pretended);
    pretended_expect(pretended, TRIPLE_FAULT);
}

static void test_the_log_comes_in_pieces(void **state)
{
    static const char text[] = FAULT IN_GUEST FAULT IN_FIRMWARE;
    struct pretended *pretended = *state;

    pretended_reset_by_guest(pretended);
    pretended_reset_by_guest(pretended);
    for (const char *byte = text; *byte; ++byte)
    {
        write_at(byte, 1, O_APPEND);
        pretended_wait(pretended, RESET_LOG_RETRY_MS / 10);
    }
    pretended_wait(pretended, RESET_LOG_RETRY_MS);
    pretended_expect(pretended, TRIPLE_FAULT);
}

/* QEMU does not log: a reset waits once, and is taken as without a log, as are those behind it. */
static void test_the_log_never_comes(void **state)
{
    struct pretended *pretended = *state;

    pretended_reset_by_guest(pretended);
    pretended_wait(pretended, RESET_LOG_WAIT_MS - 1);
    pretended_expect(pretended, "");
    pretended_wait(pretended, 1);
    pretended_expect(pretended, RESET);
    pretended_reset(pretended);
    pretended_expect(pretended, RESET);
    pretended_reset_by_guest(pretended);
    pretended_expect(pretended, "");
    /* It is switched on. */
    log_text(FAULT IN_GUEST);
    pretended_reset_by_guest(pretended);
    pretended_reset_by_guest(pretended);
    pretended_expect(pretended, TRIPLE_FAULT);
    log_text(FAULT IN_FIRMWARE);
    pretended_wait(pretended, RESET_LOG_RETRY_MS);
    pretended_expect(pretended, "");
}

static void test_there_is_no_log(void **state)
{
    struct pretended *pretended = *state;

    remove_log();
    pretended_reset_by_guest(pretended);
    pretended_wait(pretended, 60);
    pretended_reset_by_guest(pretended);
    pretended_expect(pretended, RESET);
}

/* A processor that another one initialises is logged too, and is no event. */
static void test_a_record_without_an_event(void **state)
{
    struct pretended *pretended = *state;

    log_text(FAULT IN_GUEST CPU_RESET FAULT FAULT IN_GUEST);
    pretended_wait(pretended, 2 * POLL_MS);
    pretended_expect(pretended, "");
    log_text("CPU Reset (CPU 1)\nEIP=00000000\n" IN_GUEST "CPU Reset (CPU 1)\n" REGISTERS("000f0000", "0008 00000000", "00000011"));
    pretended_reset_by_guest(pretended);
    pretended_wait(pretended, 60);
    log_text(FAULT FAULT IN_FIRMWARE);
    pretended_reset_by_guest(pretended);
    pretended_expect(pretended, RESET);
}

/* The fault has been logged, and QEMU asked meanwhile: the reset is still to come. */
static void test_a_fault_long_before_its_reset(void **state)
{
    struct pretended *pretended = *state;

    log_text(FAULT);
    pretended_wait(pretended, 5 * POLL_MS);
    log_text(IN_GUEST);
    pretended_reset_by_guest(pretended);
    pretended_expect(pretended, TRIPLE_FAULT);
}

static void test_the_log_is_begun_anew(void **state)
{
    struct pretended *pretended = *state;

    log_text(FAULT IN_GUEST);
    pretended_reset_by_guest(pretended);
    pretended_expect(pretended, TRIPLE_FAULT);
    begin_log_anew(IN_GUEST);
    pretended_reset_by_guest(pretended);
    pretended_expect(pretended, RESET);
    /* It is larger than it was. */
    begin_log_anew("Servers listen.\nNothing happens.\nNothing happens.\nNothing happens.\nNothing happens.\n"
                   FAULT IN_GUEST FAULT IN_FIRMWARE IN_GUEST);
    pretended_reset_by_guest(pretended);
    pretended_expect(pretended, TRIPLE_FAULT);
    pretended_reset_by_guest(pretended);
    pretended_expect(pretended, "");
    pretended_reset_by_guest(pretended);
    pretended_expect(pretended, RESET);
}

/* Of much else that is logged the last is looked at. */
static void test_much_else_is_logged(void **state)
{
    static char much[1 << 20];
    struct pretended *pretended = *state;

    memset(much, 'x', sizeof(much));
    for (size_t i = 99; i < sizeof(much); i += 100)
        much[i] = '\n';
    for (int i = 0; i < 3; ++i)
    {
        write_at(much, sizeof(much), O_APPEND);
        log_text(FAULT IN_GUEST);
        pretended_reset_by_guest(pretended);
        pretended_expect(pretended, TRIPLE_FAULT);
        write_at(much, sizeof(much), O_APPEND);
        pretended_wait(pretended, 2 * POLL_MS);
    }
}

/* What was logged while nobody was connected is of resets that nobody was told of. */
static void test_the_connection_is_lost(void **state)
{
    struct pretended *pretended = *state;

    pretended_reset_by_guest(pretended);
    pretended_lose(pretended);
    pretended_expect(pretended, RESET);
    log_text(FAULT IN_GUEST FAULT IN_FIRMWARE FAULT IN_GUEST);
    pretended_connect(pretended);
    log_text(IN_GUEST);
    pretended_reset_by_guest(pretended);
    pretended_wait(pretended, 1250);
    pretended_expect(pretended, RESET);
}

/* A guest that goes back to its firmware to reset. */
static void test_a_guest_resets_by_the_firmware(void **state)
{
    struct pretended *pretended = *state;

    log_text(FAULT IN_FIRMWARE);
    pretended_reset_by_guest(pretended);
    pretended_expect(pretended, RESET);
    pretended_wait(pretended, 61000);
    log_text(FAULT IN_FIRMWARE);
    pretended_reset_by_guest(pretended);
    pretended_expect(pretended, RESET);
}

/* QEMU is set to shut down instead. */
static void test_a_shutdown_instead(void **state)
{
    struct pretended *pretended = *state;

    log_text(IN_GUEST);
    pretended_reset_by_guest(pretended);
    log_text(FAULT);
    pretended_say(pretended, "SHUTDOWN", "{\"guest\": true, \"reason\": \"guest-reset\"}");
    pretended_expect(pretended, RESET "OnTripleFault()\nOnGuestShutdown()\nOnStateChange(TurningOff)\n");
}

static void test_an_ordinary_shutdown(void **state)
{
    struct pretended *pretended = *state;

    log_text(FAULT IN_GUEST FAULT IN_FIRMWARE);
    pretended_reset_by_guest(pretended);
    pretended_say(pretended, "SHUTDOWN", "{\"guest\": true, \"reason\": \"guest-shutdown\"}");
    pretended_expect(pretended, TRIPLE_FAULT "OnGuestShutdown()\nOnStateChange(TurningOff)\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
            TEST(the_firmware_takes_its_time),
            TEST(the_events_come_late),
            TEST(events_that_wait_for_their_order),
            TEST(the_log_comes_late),
            TEST(zeros_inside_the_log),
            TEST(the_log_comes_in_pieces),
            TEST(the_log_never_comes),
            TEST(there_is_no_log),
            TEST(a_record_without_an_event),
            TEST(a_fault_long_before_its_reset),
            TEST(the_log_is_begun_anew),
            TEST(much_else_is_logged),
            TEST(the_connection_is_lost),
            TEST(a_guest_resets_by_the_firmware),
            TEST(a_shutdown_instead),
            TEST(an_ordinary_shutdown),
    };

    return cmocka_run_group_tests_name("the log of resets", tests, NULL, NULL);
}
