/*
 * vmguest on Linux: tells the host of Hyper-V who is logged on, and how each leaves (guest/part.h). Runs until it is ended, which
 * writes nothing: what it has written stays, and it goes on from there.
 */
#include "guest/linux/pool.h"
#include "guest/linux/sessions.h"
#include "guest/part.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

#define BOOT_ID "/proc/sys/kernel/random/boot_id"

/* How long nothing is read at most, whatever tells of changes, and how long a pool is left alone that could not be
 * written. */
#define LOOK_MS 5000
#define RETRY_MS 2000

enum exit_code
{
    EXIT_DONE,
    EXIT_FAILED,
    EXIT_USAGE
};

static const char usage[] =
        "usage: vmguest [--pools FOLDER] [--utmp FILE]\n"
        "       vmguest --remove [--pools FOLDER]\n"
        "\n"
        "The part in a guest of Hyper-V's: tells the host by Hyper-V's data exchange who is logged on and how each\n"
        "leaves, and logs the users off when the host asks for that. Runs as root beside hv_kvp_daemon, until it is\n"
        "ended; vmguest.service has systemd start it.\n"
        "\n"
        "  --pools FOLDER  where hv_kvp_daemon keeps its pools (" POOL_FOLDER
        ")\n"
        "  --utmp FILE     takes the users from this file, and not from systemd-logind or " UTMP_FILE
        "\n"
        "  --remove        takes out of the pool what has been written, and ends\n"
        "  --help, -h      this text\n"
        "  --version       the version\n"
        "\n"
        "Exit code: 0 ended as asked, 1 an error, 2 a wrong command line.\n";

struct guest
{
    const char *pools;
    struct guest_part part;
    int watch;              /* inotify's of the pools */
    uint64_t not_before_ms; /* a pool could not be written: it is tried again then */
    int error;              /* by that, as told; 0: it can be written */
    char request[POOL_VALUE_SIZE];
};

__attribute__((format(printf, 1, 2))) static void complain(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fputs("vmguest: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
}

static uint64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_BOOTTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* The beginning of the kernel's name for this start: a UUID. */
static bool read_boot(char boot[GUEST_BOOT_SIZE])
{
    FILE *file = fopen(BOOT_ID, "re");
    size_t length = 0;
    int c;

    if (!file)
        return false;
    while (length < GUEST_BOOT_DIGITS && (c = fgetc(file)) != EOF)
    {
        if (c != '-')
            boot[length++] = (char)c;
    }
    fclose(file);
    boot[length] = 0;
    return guest_is_boot(boot, length);
}

/* The pools */

static void note_error(struct guest *guest, int error)
{
    if (error == guest->error)
        return;
    guest->error = error;
    if (error)
        complain("the pools in %s cannot be used: %s; it is tried again", guest->pools, strerror(error));
    else
        complain("the pools in %s are used", guest->pools);
}

struct found
{
    char values[GUEST_ITEM_COUNT][POOL_VALUE_SIZE];
    const char *pointers[GUEST_ITEM_COUNT];
};

static void take_own(void *context, const struct pool_record *record)
{
    struct found *found = context;

    for (unsigned int i = 0; i < GUEST_ITEM_COUNT; ++i)
    {
        if (strcmp(record->key, guest_item_name((enum guest_item)i)) != 0)
            continue;
        memcpy(found->values[i], record->value, POOL_VALUE_SIZE);
        found->pointers[i] = found->values[i];
    }
}

static void resume(struct guest *guest)
{
    static struct found found;

    note_error(guest, pool_read(guest->pools, POOL_OF_GUEST, take_own, &found));
    guest_part_resume(&guest->part, found.pointers);
}

static void take_request(void *context, const struct pool_record *record)
{
    if (!strcmp(record->key, GUEST_ITEM_REQUEST))
        memcpy(context, record->value, POOL_VALUE_SIZE);
}

static void look_for_request(struct guest *guest)
{
    char request[POOL_VALUE_SIZE] = "";

    if (pool_read(guest->pools, POOL_OF_HOST, take_request, request) || !strcmp(request, guest->request))
        return;
    memcpy(guest->request, request, sizeof(request));
    if (!guest_part_take_request(&guest->part, request, now_ms()))
        return;
    if (geteuid() == 0)
        sessions_end_all();
    else
        guest_part_refuse(&guest->part, "vmguest does not run as root");
}

static void write_items(struct guest *guest)
{
    enum guest_item item;
    const char *value;
    int error = 0;

    if (now_ms() < guest->not_before_ms)
        return;
    while (!error && guest_part_take_item(&guest->part, &item, &value))
    {
        error = pool_write(guest->pools, POOL_OF_GUEST, guest_item_name(item), *value ? value : NULL);
        if (error)
            guest_part_return_item(&guest->part, item);
    }
    guest->not_before_ms = error ? now_ms() + RETRY_MS : 0;
    note_error(guest, error);
}

/* The daemon may make the folder later. */
static int watch_pools(struct guest *guest)
{
    if (guest->watch < 0)
        guest->watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (guest->watch >= 0)
        inotify_add_watch(guest->watch, guest->pools, IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE);
    return guest->watch;
}

/* The loop */

static volatile sig_atomic_t ended;

static void on_end(int number)
{
    (void)number;
    ended = 1;
}

static void handle_signals(sigset_t *waiting)
{
    struct sigaction end = {.sa_handler = on_end}, ignore = {.sa_handler = SIG_IGN};
    sigset_t blocked;

    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigaddset(&blocked, SIGINT);
    sigprocmask(SIG_BLOCK, &blocked, waiting);
    sigaction(SIGTERM, &end, NULL);
    sigaction(SIGINT, &end, NULL);
    /* Nobody waits for what ends sessions. */
    sigaction(SIGCHLD, &ignore, NULL);
}

static void see(void *context, const char *id, const char *user)
{
    guest_part_see(context, id, user);
}

static void look(struct guest *guest)
{
    sessions_note();
    guest_part_begin_list(&guest->part);
    if (sessions_list(see, &guest->part))
        guest_part_end_list(&guest->part, now_ms());
    guest_part_tick(&guest->part, now_ms());
    look_for_request(guest);
    write_items(guest);
}

static void wait_for_news(struct guest *guest, const sigset_t *waiting)
{
    uint64_t due = guest_part_due_ms(&guest->part), now = now_ms(), wait = due > now ? due - now : 0;
    struct pollfd sources[] = {{sessions_descriptor(), POLLIN, 0}, {watch_pools(guest), POLLIN, 0}};
    struct timespec timeout;
    char events[4096];

    if (guest->not_before_ms && guest->not_before_ms < now + wait)
        wait = guest->not_before_ms > now ? guest->not_before_ms - now : 0;
    wait = wait < LOOK_MS ? wait : LOOK_MS;
    timeout = (struct timespec){(time_t)(wait / 1000), (long)(wait % 1000) * 1000000};
    ppoll(sources, 2, &timeout, waiting);
    if (guest->watch >= 0)
        while (read(guest->watch, events, sizeof(events)) > 0)
            ;
}

static enum exit_code run(struct guest *guest)
{
    char boot[GUEST_BOOT_SIZE];
    sigset_t waiting;

    if (!read_boot(boot))
    {
        complain(BOOT_ID " does not tell this start of the system from others");
        return EXIT_FAILED;
    }
    handle_signals(&waiting);
    guest_part_init(&guest->part, boot);
    resume(guest);
    while (!ended)
    {
        look(guest);
        wait_for_news(guest, &waiting);
    }
    return EXIT_DONE;
}

static enum exit_code take_out(const struct guest *guest)
{
    for (unsigned int i = 0; i < GUEST_ITEM_COUNT; ++i)
    {
        int error = pool_write(guest->pools, POOL_OF_GUEST, guest_item_name((enum guest_item)i), NULL);

        if (!error)
            continue;
        complain("the pool in %s cannot be written: %s", guest->pools, strerror(error));
        return EXIT_FAILED;
    }
    return EXIT_DONE;
}

static enum exit_code complain_of(const char *word, const char *what)
{
    complain("%s %.100s; vmguest --help lists what there is", what, word);
    return EXIT_USAGE;
}

/* What is written is seen to fail when it leaves the buffer. */
static int answer(const char *text)
{
    if (fputs(text, stdout) >= 0 && !fflush(stdout))
        return EXIT_DONE;
    complain("cannot write the output: %s", strerror(errno));
    return EXIT_FAILED;
}

int main(int argc, char **argv)
{
    static struct guest guest = {.pools = POOL_FOLDER, .watch = -1};
    bool removes = false;

    for (int i = 1; i < argc; ++i)
    {
        if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
            return answer(usage);
        if (!strcmp(argv[i], "--version"))
            return answer("vmguest (vmevents) " VMEVENTS_VERSION "\n");
        if (!strcmp(argv[i], "--remove"))
            removes = true;
        else if (strcmp(argv[i], "--pools") != 0 && strcmp(argv[i], "--utmp") != 0)
            return complain_of(argv[i], "there is no option");
        else if (i + 1 == argc || !*argv[i + 1])
            return complain_of(argv[i], "a path has to follow");
        else if (!strcmp(argv[i++], "--pools"))
            guest.pools = argv[i];
        else
            sessions_use_utmp(argv[i]);
    }
    return (int)(removes ? take_out(&guest) : run(&guest));
}
