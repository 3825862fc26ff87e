/* What the test of the trace needs of the system. Everything here ends the program when it fails. */
#ifndef VMEVENTS_TESTS_TRACE_FILE_H
#define VMEVENTS_TESTS_TRACE_FILE_H

#include <stdbool.h>

/* Of the environment; NULL takes it out. */
void set_variable(const char *name, const char *value);

/* What the file has, to be freed. NULL: there is none. */
char *read_file(const char *path);
void remove_file(const char *path);

/* Starts the program itself with that argument. */
void *self_start(const char *argument);
void self_join(void *process);

/* Where lines go that go to no file: the debugger on Windows, standard error elsewhere. What has come between the two, to
 * be freed. */
void catch_begin(void);
char *catch_end(void);

/* The last error, errno. */
void set_last_error(unsigned int error);
unsigned int last_error(void);

#endif
