#include "forward/program/settings.h"

#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "forward/key_words.h"
#include "forward/program/output.h"
#include "forward/program/wide.h"
#include "net/password.h"
#include "platform/memory.h"
#include "platform/whole_file.h"

#define CONFIG_MOST (1u << 20)

/* The whole file; the caller frees it by memory_free. NULL: *error. */
static char *read_file(const WCHAR *path, DWORD most, DWORD *size, DWORD *error)
{
    HANDLE file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
            OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
    char *bytes;

    *error = ERROR_SUCCESS;
    if (file == INVALID_HANDLE_VALUE)
    {
        *error = GetLastError();
        return NULL;
    }
    *error = whole_file_read(file, most, &bytes, size);
    CloseHandle(file);
    return bytes;
}

struct place
{
    char *path;
};

static void tell_fault(void *context, unsigned int line, const char *text)
{
    const struct place *place = context;

    if (line)
        output_complain("%s, line %u: %s", place->path, line, text);
    else
        output_complain("%s: %s", place->path, text);
}

static void use_folder_of(const WCHAR *path)
{
    WCHAR folder[4096];
    WCHAR *last;

    if (wcslen(path) >= ARRAYSIZE(folder))
        return;
    wcscpy(folder, path);
    if ((last = wcsrchr(folder, '\\')))
    {
        last[1] = 0;
        SetCurrentDirectoryW(folder);
    }
}

/* The computer's name. */
static char *read_computer(void)
{
    WCHAR name[MAX_COMPUTERNAME_LENGTH + 1];
    DWORD size = ARRAYSIZE(name);

    return GetComputerNameW(name, &size) ? utf8_from_wide(name) : NULL;
}

bool settings_read_alone(struct settings *settings, const WCHAR *path)
{
    struct place place = {.path = utf8_from_wide(path)};
    char *computer = read_computer(), *text;
    DWORD size = 0, error;
    bool read = false;

    memset(settings, 0, sizeof(*settings));
    if (!place.path || !(text = read_file(path, CONFIG_MOST, &size, &error)))
    {
        output_complain_of(place.path ? error : ERROR_OUTOFMEMORY, "cannot read the configuration %s",
                place.path ? place.path : "");
    }
    else
    {
        use_folder_of(path);
        read = config_read(&settings->config, text, size, computer, tell_fault, &place);
        memory_free(text);
    }
    wide_free(computer);
    wide_free(place.path);
    return read;
}

static bool read_password(struct settings *settings)
{
    const struct config *config = &settings->config;
    char fault[PASSWORD_FAULT_SIZE];

    if (config->password_file)
        settings->password = password_read_file(config->password_file, fault);
    else if (config->password_credential)
        settings->password = password_read_credential(config->password_credential, fault);
    else
        return true;
    if (!settings->password)
        output_complain("%s", *fault ? fault : "out of memory");
    return settings->password;
}

static bool open_credentials(struct settings *settings)
{
    const struct config *config = &settings->config;
    struct tls_credentials_options options = {
            config->ca ? config->ca : "", config->client_certificate ? config->client_certificate : ""};
    char fault[TLS_FAULT_SIZE], text[2 * TLS_FAULT_SIZE];

    if (!config->broker_count || !config->brokers[0].tls)
        return true;
    if ((settings->credentials = tls_credentials_open(&options, fault)))
        return true;
    key_words(text, sizeof(text), fault);
    output_complain("%s", *text ? text : "out of memory");
    return false;
}

static bool is_folder(const WCHAR *path)
{
    DWORD attributes = GetFileAttributesW(path), error;

    if (attributes != INVALID_FILE_ATTRIBUTES)
        return attributes & FILE_ATTRIBUTE_DIRECTORY;
    /* Of one that cannot be looked at nothing is known. */
    error = GetLastError();
    return error != ERROR_FILE_NOT_FOUND && error != ERROR_PATH_NOT_FOUND && error != ERROR_INVALID_NAME;
}

/* vmforward makes no folder: a misspelt one would be made too, and who may read it is for others to say. */
static bool check_folder(const WCHAR *config, unsigned int line, const char *key, const char *file)
{
    size_t length = strlen(file);
    char *folder, *place;
    WCHAR *wide;
    bool right;

    while (length && file[length - 1] != '\\' && file[length - 1] != '/')
        --length;
    /* Without one it is the configuration's own. */
    if (!length)
        return true;
    if ((folder = memory_alloc(length + 1)))
        snprintf(folder, length + 1, "%.*s", (int)length, file);
    wide = folder ? wide_from_utf8(folder) : NULL;
    place = utf8_from_wide(config);
    if (!(right = wide && place))
        output_complain("out of memory");
    else if (!(right = is_folder(wide)))
        output_complain("%s, line %u: the folder of %s, %s, is not there; make it, or name a file in one that is",
                place, line, key, folder);
    memory_free(folder);
    wide_free(wide);
    wide_free(place);
    return right;
}

static bool check_folders(const struct config *config, const WCHAR *path)
{
    bool has_spool = check_folder(path, config->spool_line, "spool", config->spool);
    bool has_status = !config->status_file_line
            || check_folder(path, config->status_file_line, "status-file", config->status_file);

    return has_spool && has_status;
}

bool settings_read(struct settings *settings, const WCHAR *path)
{
    bool has_folders, has_password, has_credentials;

    if (!settings_read_alone(settings, path))
        return false;
    has_folders = check_folders(&settings->config, path);
    has_password = read_password(settings);
    has_credentials = open_credentials(settings);
    if (has_folders && has_password && has_credentials)
        return true;
    settings_free(settings);
    return false;
}

void settings_free(struct settings *settings)
{
    password_free(settings->password);
    if (settings->credentials)
        tls_credentials_release(settings->credentials);
    config_free(&settings->config);
    memset(settings, 0, sizeof(*settings));
}
