#include "forward/program/settings.h"

#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include <wincred.h>

#include "forward/program/output.h"
#include "forward/program/wide.h"
#include "platform/memory.h"

#define CONFIG_MOST (1u << 20)
#define PASSWORD_MOST 4096

/* The whole file; the caller frees it by memory_free. NULL: *error. */
static char *read_file(const WCHAR *path, DWORD most, DWORD *size, DWORD *error)
{
    HANDLE file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
            OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
    char *bytes = NULL;
    LARGE_INTEGER length;

    *error = ERROR_SUCCESS;
    if (file == INVALID_HANDLE_VALUE)
    {
        *error = GetLastError();
        return NULL;
    }
    if (!GetFileSizeEx(file, &length))
        *error = GetLastError();
    else if (length.QuadPart > most)
        *error = ERROR_FILE_TOO_LARGE;
    else if (!(bytes = memory_alloc((size_t)length.QuadPart + 1)))
        *error = ERROR_OUTOFMEMORY;
    else if (!ReadFile(file, bytes, (DWORD)length.QuadPart, size, NULL))
        *error = GetLastError();
    CloseHandle(file);
    if (!*error)
        return bytes;
    memory_free(bytes);
    return NULL;
}

static char *read_file_of(const char *path, DWORD most, DWORD *size, DWORD *error)
{
    WCHAR *wide = wide_from_utf8(path);
    char *bytes = NULL;

    *error = ERROR_OUTOFMEMORY;
    if (wide)
        bytes = read_file(wide, most, size, error);
    wide_free(wide);
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

/* The first line of the file. */
static char *read_password_file(const char *path)
{
    DWORD size = 0, error;
    char *text = read_file_of(path, PASSWORD_MOST, &size, &error);

    if (!text)
    {
        output_complain_of(error, "cannot read the password-file %s", path);
        return NULL;
    }
    text[size] = 0;
    text[strcspn(text, "\r\n")] = 0;
    if (*text)
        return text;
    output_complain("the password-file %s has nothing in its first line", path);
    memory_free(text);
    return NULL;
}

/* Programs write the credential as text in UTF-16 (cmdkey, the control panel) without a NUL at its end. */
static char *text_of_credential(const CREDENTIALW *credential)
{
    size_t length = credential->CredentialBlobSize / sizeof(WCHAR);
    WCHAR *wide = memory_alloc((length + 1) * sizeof(WCHAR));
    char *utf8 = NULL;

    if (wide)
    {
        memcpy(wide, credential->CredentialBlob, length * sizeof(WCHAR));
        utf8 = utf8_from_wide(wide);
        SecureZeroMemory(wide, length * sizeof(WCHAR));
    }
    memory_free(wide);
    return utf8;
}

static char *read_password_credential(const char *name)
{
    WCHAR *target = wide_from_utf8(name);
    CREDENTIALW *credential;
    char *password = NULL;

    if (!target || !CredReadW(target, CRED_TYPE_GENERIC, 0, &credential))
    {
        output_complain_of(target ? GetLastError() : ERROR_OUTOFMEMORY,
                "cannot read the generic credential \"%s\" of the user that this runs as", name);
    }
    else
    {
        if (!(password = text_of_credential(credential)) || !*password)
            output_complain("the credential \"%s\" has no password", name);
        CredFree(credential);
    }
    wide_free(target);
    return password;
}

static bool read_password(struct settings *settings)
{
    const struct config *config = &settings->config;

    if (config->password_file)
        settings->password = read_password_file(config->password_file);
    else if (config->password_credential)
        settings->password = read_password_credential(config->password_credential);
    else
        return true;
    return settings->password;
}

static bool open_credentials(struct settings *settings)
{
    const struct config *config = &settings->config;
    struct tls_credentials_options options = {
            config->ca ? config->ca : "", config->client_certificate ? config->client_certificate : ""};
    char fault[TLS_FAULT_SIZE];

    if (!config->broker_count || !config->brokers[0].tls)
        return true;
    if ((settings->credentials = tls_credentials_open(&options, fault)))
        return true;
    output_complain("%s", *fault ? fault : "out of memory");
    return false;
}

bool settings_read(struct settings *settings, const WCHAR *path)
{
    bool has_password, has_credentials;

    if (!settings_read_alone(settings, path))
        return false;
    has_password = read_password(settings);
    has_credentials = open_credentials(settings);
    if (has_password && has_credentials)
        return true;
    settings_free(settings);
    return false;
}

void settings_free(struct settings *settings)
{
    if (settings->password)
        SecureZeroMemory(settings->password, strlen(settings->password));
    memory_free(settings->password);
    if (settings->credentials)
        tls_credentials_release(settings->credentials);
    config_free(&settings->config);
    memset(settings, 0, sizeof(*settings));
}
