#include "guest/linux/sessions.h"

#include "guest/linux/logind.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>
#include <utmpx.h>

/* How long a process has between being hung up on and being killed. */
#define GRACE_S 2

static const char *utmp = UTMP_FILE;
static bool utmp_only;
static int watch = -1; /* inotify's of utmp */

void sessions_use_utmp(const char *path)
{
    utmp_only = path;
    utmp = path ? path : UTMP_FILE;
}

static bool has_logind(void)
{
    return !utmp_only && logind_is_there();
}

/* utmp */

/* A session whose process is gone has ended without having been signed off. */
static bool is_session(const struct utmpx *entry)
{
    return entry->ut_type == USER_PROCESS && *entry->ut_user
            && !(entry->ut_pid > 0 && kill(entry->ut_pid, 0) && errno == ESRCH);
}

static bool list_utmp(void (*take)(void *context, const char *id, const char *user), void *context)
{
    const struct utmpx *entry;

    if (access(utmp, R_OK))
        return false;
    utmpxname(utmp);
    setutxent();
    while ((entry = getutxent()))
    {
        char user[sizeof(entry->ut_user) + 1], id[sizeof(entry->ut_line) + 48];

        if (!is_session(entry))
            continue;
        snprintf(user, sizeof(user), "%.*s", (int)sizeof(entry->ut_user), entry->ut_user);
        snprintf(id, sizeof(id), "%ld:%ld:%.*s", (long)entry->ut_pid, (long)entry->ut_tv.tv_sec,
                (int)sizeof(entry->ut_line), entry->ut_line);
        take(context, id, user);
    }
    endutxent();
    return true;
}

/* The file may be made later, or made anew. */
static int watch_utmp(void)
{
    if (watch < 0)
        watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (watch >= 0)
        inotify_add_watch(watch, utmp, IN_MODIFY | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF);
    return watch;
}

/* Whether the process has one of the terminals of utmp's sessions as its input. */
static bool sits_at_terminal(const char *process)
{
    char path[64], terminal[256];
    const struct utmpx *entry;
    bool sits = false;
    ssize_t length;

    snprintf(path, sizeof(path), "/proc/%.20s/fd/0", process);
    if ((length = readlink(path, terminal, sizeof(terminal) - 1)) < 0)
        return false;
    terminal[length] = 0;
    if (strncmp(terminal, "/dev/", 5) != 0)
        return false;
    setutxent();
    while (!sits && (entry = getutxent()))
        sits = is_session(entry) && !strncmp(terminal + 5, entry->ut_line, sizeof(entry->ut_line));
    endutxent();
    return sits;
}

/* The processes of that list, by a signal. The first time the list is made of those at terminals. */
static size_t signal_processes(pid_t *processes, size_t count, size_t most, int number)
{
    const struct dirent *entry;
    DIR *folder;

    if (!count && (folder = opendir("/proc")))
    {
        while (count < most && (entry = readdir(folder)))
        {
            long process = isdigit((unsigned char)*entry->d_name) ? strtol(entry->d_name, NULL, 10) : 0;

            if (process > 1 && process != getpid() && sits_at_terminal(entry->d_name))
                processes[count++] = (pid_t)process;
        }
        closedir(folder);
    }
    for (size_t i = 0; i < count; ++i)
        kill(processes[i], number);
    return count;
}

static void end_terminals(void)
{
    static pid_t processes[4096];
    size_t count;

    utmpxname(utmp);
    count = signal_processes(processes, 0, sizeof(processes) / sizeof(*processes), SIGHUP);
    sleep(GRACE_S);
    if (count)
        signal_processes(processes, count, count, SIGKILL);
    _exit(0);
}

/* Both */

bool sessions_list(void (*take)(void *context, const char *id, const char *user), void *context)
{
    return has_logind() ? logind_list(take, context) : list_utmp(take, context);
}

int sessions_descriptor(void)
{
    return has_logind() ? logind_descriptor() : watch_utmp();
}

void sessions_note(void)
{
    char events[4096];

    if (watch >= 0)
        while (read(watch, events, sizeof(events)) > 0)
            ;
    if (has_logind())
        logind_note();
}

/* In a process of its own: it takes a while, and nobody waits for it. */
void sessions_end_all(void)
{
    if (fork())
        return;
    signal(SIGCHLD, SIG_DFL);
    if (has_logind())
        logind_end_all();
    end_terminals();
}
