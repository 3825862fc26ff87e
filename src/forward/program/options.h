/* vmforward's command line. */
#ifndef VMEVENTS_FORWARD_PROGRAM_OPTIONS_H
#define VMEVENTS_FORWARD_PROGRAM_OPTIONS_H

#include <stdbool.h>

#include <windows.h>

enum action
{
    ACTION_FORWARD,
    ACTION_CHECK,
    ACTION_STATUS,
    ACTION_INSTALL,
    ACTION_UNINSTALL,
    ACTION_SERVICE,
    ACTION_HELP,
    ACTION_VERSION
};

struct options
{
    enum action action;
    WCHAR config[4096]; /* a full path */
};

/* False: the command line is wrong, and a line on standard error says how. */
bool options_parse(int argc, WCHAR **argv, struct options *options);

/* Writes how vmforward is called, and every key of the configuration file. False: standard output is closed. */
bool options_write_help(void);

#endif
