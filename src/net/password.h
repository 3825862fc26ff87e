/* A password that stands in a file, or in the credential store of the user that the program runs as. */
#ifndef VMEVENTS_NET_PASSWORD_H
#define VMEVENTS_NET_PASSWORD_H

#include <stddef.h>

#define PASSWORD_FAULT_SIZE 400

/*
 * The first line of the file; the password of the generic credential of that name, which only Windows has. Both may wait
 * for the disk. The caller ends it by password_free. NULL: the fault says why, a plain sentence without its full stop; an
 * empty one that there is no memory.
 */
char *password_read_file(const char *path, char fault[PASSWORD_FAULT_SIZE]);
char *password_read_credential(const char *name, char fault[PASSWORD_FAULT_SIZE]);

/* Wipes it out first. NULL is let be. */
void password_free(char *password);

#endif
