/* What the benchmark measures: one function and one file for each subject. */
#ifndef VMEVENTS_BENCH_SUBJECTS_H
#define VMEVENTS_BENCH_SUBJECTS_H

#include "vmevents.h"

void bench_calls(ITypeLib *library);
void bench_threads(void);
void bench_listeners(void);
void bench_memory(void);
/* Returns what a call of a bare IDispatch in another process takes, in nanoseconds. */
double bench_process(void);

void bench_fleet(double echo_ns);
void bench_script(void);
void bench_loading(void);

/* What other processes do for bench_process and bench_loading. */
void bench_fire_from_here(const WCHAR *path);
void bench_load_here(const WCHAR *path);

#endif
