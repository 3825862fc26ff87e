#include "guest/linux/logind.h"

#include <dlfcn.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* By sd-login(3), it is there where this is. */
#define RUNS "/run/systemd/seats"

/* For loginctl: so many sessions are ended by one. */
#define SESSIONS_MAX 1000

/* Of sd-login.h, which need not be installed where this is built. */
static struct
{
    int (*get_sessions)(char ***sessions);
    int (*get_uid)(const char *session, uid_t *uid);
    int (*get_class)(const char *session, char **name);
    int (*get_state)(const char *session, char **state);
    int (*new_monitor)(const char *category, void **monitor);
    int (*flush_monitor)(void *monitor);
    int (*get_descriptor)(void *monitor);
} functions;

static void *monitor;

static bool load(void)
{
    static const char *const names[] = {"sd_get_sessions", "sd_session_get_uid", "sd_session_get_class",
            "sd_session_get_state", "sd_login_monitor_new", "sd_login_monitor_flush", "sd_login_monitor_get_fd"};
    static bool tried;
    void *found[sizeof(names) / sizeof(*names)];
    void *library;

    if (tried)
        return functions.get_sessions;
    tried = true;
    if (!(library = dlopen("libsystemd.so.0", RTLD_NOW)))
        return false;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); ++i)
    {
        if (!(found[i] = dlsym(library, names[i])))
            return false;
    }
    _Static_assert(sizeof(found) == sizeof(functions), "each function has a name");
    memcpy(&functions, found, sizeof(functions));
    return true;
}

bool logind_is_there(void)
{
    return !access(RUNS, F_OK) && load();
}

/* Sessions of people: neither a greeter's nor a manager's, nor one that is over but for what it has left running. */
static bool counts(const char *session)
{
    char *class_ = NULL, *state = NULL;
    bool counted = functions.get_class(session, &class_) >= 0 && !strncmp(class_, "user", 4)
            && functions.get_state(session, &state) >= 0 && strcmp(state, "closing") != 0;

    free(class_);
    free(state);
    return counted;
}

bool logind_list(void (*take)(void *context, const char *id, const char *user), void *context)
{
    char **sessions = NULL, number[32];
    int count = functions.get_sessions(&sessions);

    for (int i = 0; i < count; ++i)
    {
        const struct passwd *entry;
        uid_t uid;

        if (counts(sessions[i]) && functions.get_uid(sessions[i], &uid) >= 0)
        {
            snprintf(number, sizeof(number), "%lu", (unsigned long)uid);
            entry = getpwuid(uid);
            take(context, sessions[i], entry ? entry->pw_name : number);
        }
        free(sessions[i]);
    }
    free(sessions);
    return count >= 0;
}

int logind_descriptor(void)
{
    if (!monitor && functions.new_monitor("session", &monitor) < 0)
        monitor = NULL;
    return monitor ? functions.get_descriptor(monitor) : -1;
}

void logind_note(void)
{
    if (monitor)
        functions.flush_monitor(monitor);
}

struct words
{
    char *words[SESSIONS_MAX + 3];
    size_t count;
};

static void add_session(void *context, const char *id, const char *user)
{
    struct words *words = context;

    (void)user;
    if (words->count < SESSIONS_MAX + 2)
        words->words[words->count++] = strdup(id);
}

void logind_end_all(void)
{
    static char program[] = "loginctl", verb[] = "terminate-session";
    struct words words = {.words = {program, verb}, .count = 2};

    if (logind_list(add_session, &words) && words.count > 2)
        execvp(program, words.words);
    _exit(1);
}
