/* vmguest as Linux runs it, with a utmp and pools of the test's own: what stands in the pool is what a host would read. */
#include "guest/linux/pool.h"
#include "guest/summary.h"

#include "support/test.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <utmpx.h>

/* How long anything is waited for. */
#define PATIENCE_S 120

struct guest
{
    char folder[64], utmp[96];
    pid_t process;
    pid_t sessions[3];
};

static void start(struct guest *guest)
{
    guest->process = fork();
    if (!guest->process)
    {
        execl(VMGUEST, VMGUEST, "--pools", guest->folder, "--utmp", guest->utmp, (char *)NULL);
        _exit(127);
    }
    assert_true(guest->process > 0);
}

static void end(struct guest *guest, int number)
{
    int status;

    kill(guest->process, number);
    assert_int_equal(waitpid(guest->process, &status, 0), guest->process);
    assert_true(number == SIGKILL || (WIFEXITED(status) && WEXITSTATUS(status) == 0));
    guest->process = 0;
}

static int setup(void **state)
{
    struct guest *guest = calloc(1, sizeof(*guest));
    int file;

    assert_non_null(guest);
    strcpy(guest->folder, "/tmp/vmevents-guest-XXXXXX");
    assert_non_null(mkdtemp(guest->folder));
    snprintf(guest->utmp, sizeof(guest->utmp), "%s/utmp", guest->folder);
    file = open(guest->utmp, O_CREAT | O_WRONLY, 0644);
    assert_true(file >= 0);
    close(file);
    *state = guest;
    start(guest);
    return 0;
}

static int teardown(void **state)
{
    struct guest *guest = *state;
    char path[128];

    if (guest->process)
        end(guest, SIGKILL);
    for (int i = 0; i < 3; ++i)
    {
        if (guest->sessions[i])
            kill(guest->sessions[i], SIGKILL);
    }
    while (waitpid(-1, NULL, 0) > 0)
        ;
    unlink(guest->utmp);
    for (int i = 0; i < 2; ++i)
    {
        snprintf(path, sizeof(path), "%s/.kvp_pool_%d", guest->folder, i);
        unlink(path);
    }
    rmdir(guest->folder);
    free(guest);
    return 0;
}

/* Sessions: each has a process, as utmp's have. */

static void sign(const struct guest *guest, int place, const char *user, short type)
{
    struct utmpx entry = {.ut_type = type, .ut_pid = guest->sessions[place]};

    snprintf(entry.ut_id, sizeof(entry.ut_id), "t%d", place);
    snprintf(entry.ut_line, sizeof(entry.ut_line), "nowhere%d", place);
    snprintf(entry.ut_user, sizeof(entry.ut_user), "%s", user);
    entry.ut_tv.tv_sec = 1700000000 + place;
    utmpxname(guest->utmp);
    setutxent();
    assert_non_null(pututxline(&entry));
    endutxent();
}

static void log_on(struct guest *guest, int place, const char *user)
{
    guest->sessions[place] = fork();
    if (!guest->sessions[place])
    {
        pause();
        _exit(0);
    }
    sign(guest, place, user, USER_PROCESS);
}

static void end_session(struct guest *guest, int place)
{
    kill(guest->sessions[place], SIGKILL);
    waitpid(guest->sessions[place], NULL, 0);
    guest->sessions[place] = 0;
}

static void log_off(struct guest *guest, int place)
{
    sign(guest, place, "", DEAD_PROCESS);
    end_session(guest, place);
}

/* The pool */

struct item
{
    const char *key;
    char value[POOL_VALUE_SIZE];
};

static void take(void *context, const struct pool_record *record)
{
    struct item *item = context;

    if (!strcmp(record->key, item->key))
        strcpy(item->value, record->value);
}

static void read_item(const struct guest *guest, struct item *item)
{
    *item->value = 0;
    pool_read(guest->folder, POOL_OF_GUEST, take, item);
}

/* Waits until the item is so, but for the start's name. */
static void await_item(const struct guest *guest, const char *key, const char *expected)
{
    struct item item = {.key = key};
    time_t until = time(NULL) + PATIENCE_S;

    while (time(NULL) < until)
    {
        read_item(guest, &item);
        if (strlen(item.value) > 3 + GUEST_BOOT_DIGITS && !strcmp(item.value + 3 + GUEST_BOOT_DIGITS, expected))
            return;
        nanosleep(&(struct timespec){0, 20000000}, NULL);
    }
    fail_msg("%s is \"%s\" and not \"%s\"", key, item.value, expected);
}

static void tells_who_is_there_and_who_leaves(void **state)
{
    struct guest *guest = *state;

    await_item(guest, GUEST_ITEM_SUMMARY, "0 0 -");
    log_on(guest, 0, "alice");
    log_on(guest, 1, "bob");
    await_item(guest, GUEST_ITEM_USERS, "2 alice bob");
    await_item(guest, GUEST_ITEM_SUMMARY, "0 2 -");
    log_off(guest, 0);
    /* A session whose process has ended without being signed off. */
    end_session(guest, 1);
    await_item(guest, GUEST_ITEM_SUMMARY, "2 0 00");
    await_item(guest, GUEST_ITEM_USERS, "0");
}

static void goes_on_after_its_end(void **state)
{
    struct guest *guest = *state;

    log_on(guest, 0, "alice");
    log_on(guest, 1, "bob");
    log_on(guest, 2, "carol");
    await_item(guest, GUEST_ITEM_SUMMARY, "0 3 -");
    end(guest, SIGKILL);
    log_off(guest, 0);
    start(guest);
    await_item(guest, GUEST_ITEM_SUMMARY, "1 2 0");
    end(guest, SIGTERM);
    await_item(guest, GUEST_ITEM_SUMMARY, "1 2 0");
    log_off(guest, 1);
    start(guest);
    await_item(guest, GUEST_ITEM_SUMMARY, "2 1 00");
    await_item(guest, GUEST_ITEM_LEFT, "2 bob=0");
}

static void ask(const struct guest *guest, uint64_t number)
{
    struct item summary = {.key = GUEST_ITEM_SUMMARY};
    struct guest_request request = {.number = number};
    char value[GUEST_VALUE_SIZE];

    read_item(guest, &summary);
    memcpy(request.boot, summary.value + 2, GUEST_BOOT_DIGITS);
    guest_request_write(&request, value);
    assert_int_equal(pool_write(guest->folder, POOL_OF_HOST, GUEST_ITEM_REQUEST, value), 0);
}

/* The terminals are none, so that nobody is ended by it: the answer waits for them. */
static void does_what_the_host_asks(void **state)
{
    struct guest *guest = *state;

    await_item(guest, GUEST_ITEM_SUMMARY, "0 0 -");
    ask(guest, 1);
    await_item(guest, GUEST_ITEM_ANSWER, "1 done");
    log_on(guest, 0, "alice");
    await_item(guest, GUEST_ITEM_SUMMARY, "0 1 -");
    ask(guest, 2);
    if (geteuid() != 0)
    {
        await_item(guest, GUEST_ITEM_ANSWER, "2 refused: vmguest does not run as root");
        return;
    }
    await_item(guest, GUEST_ITEM_ANSWER, "2 asked");
    log_off(guest, 0);
    await_item(guest, GUEST_ITEM_SUMMARY, "1 0 2");
    await_item(guest, GUEST_ITEM_ANSWER, "2 done");
}

static void leaves_other_items_alone(void **state)
{
    struct guest *guest = *state;
    struct item other = {.key = "other"}, summary = {.key = GUEST_ITEM_SUMMARY};
    char command[512];

    await_item(guest, GUEST_ITEM_SUMMARY, "0 0 -");
    end(guest, SIGTERM);
    assert_int_equal(pool_write(guest->folder, POOL_OF_GUEST, "other", "value"), 0);
    snprintf(command, sizeof(command), "%s --remove --pools %s", VMGUEST, guest->folder);
    assert_int_equal(system(command), 0);
    read_item(guest, &other);
    assert_string_equal(other.value, "value");
    read_item(guest, &summary);
    assert_string_equal(summary.value, "");
}

static void says_that_its_output_cannot_be_written(void **state)
{
    static const char *const options[] = {"--help", "--version"};

    (void)state;
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); ++i)
    {
        char command[512], said[512] = "", more[8];
        FILE *errors;

        snprintf(command, sizeof(command), "%s %s 2>&1 >/dev/full", VMGUEST, options[i]);
        assert_non_null(errors = popen(command, "r"));
        assert_non_null(fgets(said, sizeof(said), errors));
        assert_null(fgets(more, sizeof(more), errors));
        assert_int_equal(WEXITSTATUS(pclose(errors)), 1);
        assert_string_equal(said, "vmguest: cannot write the output: No space left on device\n");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup_teardown(tells_who_is_there_and_who_leaves, setup, teardown),
            cmocka_unit_test_setup_teardown(goes_on_after_its_end, setup, teardown),
            cmocka_unit_test_setup_teardown(does_what_the_host_asks, setup, teardown),
            cmocka_unit_test_setup_teardown(leaves_other_items_alone, setup, teardown),
            cmocka_unit_test(says_that_its_output_cannot_be_written),
    };

    return cmocka_run_group_tests_name("vmguest on Linux", tests, NULL, NULL);
}
