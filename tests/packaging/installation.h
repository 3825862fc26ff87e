/* The packages of Windows Installer, installed by msiexec as a person would, and what is on the computer then. */
#ifndef VMEVENTS_TESTS_INSTALLATION_H
#define VMEVENTS_TESTS_INSTALLATION_H

#include "registration/snapshot.h"
#include "support/test.h"

#ifdef _WIN64
#define OWN_VIEW KEY_WOW64_64KEY
#else
#define OWN_VIEW KEY_WOW64_32KEY
#endif

#define PATH_LENGTH 1024

#define EVENTS L"Software\\Classes\\Interface\\{9D84F560-BB67-4961-BD12-A4DA780C67E4}"

/* Exit codes of msiexec's. */
#define DONE 0
#define INSTALL_FAILURE 1603

/* Made as if the project had reached this version. */
#define NEXT_VERSION L"99.0.0"

/* On Windows it is MSIINSTALLPERUSER=1, and only to install. Wine does not know that, and takes what is not told otherwise
 * for all users'. */
#define FOR_USER L"ALLUSERS="

/* How long anything is waited for. */
#define PATIENCE_MS 120000

bool packages_were_made(void);

/* For a group of tests: takes out what a test that was interrupted has left, and what this one does. */
int begin_installing(void **state);
int end_installing(void **state);

/* Takes out whichever version is installed. */
void remove_installed(void);

/* Runs a program of this bitness's, or with `other` one of the other's, and waits for its end. The command begins with
 * the name of a program of Windows' or with a quoted path. */
DWORD run(bool other, const WCHAR *format, ...);

/* msiexec with this option, the package of that version, and these properties; what it says is in installer_log. */
DWORD msiexec(const WCHAR *option, const WCHAR *version, const WCHAR *properties);
const WCHAR *installer_log(void);

/* Where the package goes: below Program Files, or for one user. */
const WCHAR *machine_place(void);
const WCHAR *user_place(void);

bool file_exists(const WCHAR *folder, const WCHAR *name);

/* Whether there is such a value, and it is this one. */
bool says(HKEY root, REGSAM view, const WCHAR *path, const WCHAR *name, const WCHAR *string);
void put(HKEY root, REGSAM view, const WCHAR *path, const WCHAR *name, const WCHAR *string);
void take(HKEY root, REGSAM view, const WCHAR *path);

/* What is registered on the computer, or for the user. */
struct registered
{
    struct snapshot machine, user;
};

void remember(struct registered *registered);

/* Compares with what is registered now, prints what differs, and frees it. */
bool is_still(struct registered *registered);

/* What else an installation brings: services, what Windows' settings know of it, files. Windows Installer's own list of components is
 * left out, in which Wine leaves what was there. */
void remember_rest(struct snapshot *rest);

/* For the beginning of a test, and for its end: whether the computer is as it was, registry and disk. */
int look(void **state);
void look_again(void);
bool nothing_is_left(void);

/* For a test that has failed: takes out what it has left. */
int take_out(void **state);

/* What is registered without any of it, for look. */
extern struct registered before;

#endif
