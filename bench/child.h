/*
 * vmbench in a process of its own: `vmbench WHAT FILE`. What it is given and what it answers goes through the file.
 * Everything here ends the program when it fails.
 */
#ifndef VMEVENTS_BENCH_CHILD_H
#define VMEVENTS_BENCH_CHILD_H

#include <stddef.h>

#include <windows.h>

/* Starts one, hands it what it is given, and waits for its answer. */
void child_run(const WCHAR *what, const void *given, size_t given_size, void *answer, size_t answer_size);

/* In the child. */
void child_take(const WCHAR *path, void *given, size_t size);
void child_answer(const WCHAR *path, const void *answer, size_t size);

#endif
