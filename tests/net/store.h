/* The user's store of own certificates, as the tests fill it. Both return an exit code. */
#ifndef VMEVENTS_TESTS_STORE_H
#define VMEVENTS_TESTS_STORE_H

#include <stdbool.h>

/* The file is PKCS #12, and has one certificate with its key, which comes along or not. Prints the thumbprint. */
int store_import(const char *path, const char *password, bool with_key);

/* Takes the certificate of that thumbprint out, and its key. */
int store_forget(const char *thumbprint);

#endif
