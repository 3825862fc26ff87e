/*
 * Measuring side by side: the things that are compared run in turn, round after round, and what is kept is each
 * one's best round and the median of the ratios, which a noisy machine moves least.
 */
#ifndef VMEVENTS_BENCH_MEASURE_H
#define VMEVENTS_BENCH_MEASURE_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MAX_CONTENDERS 4

/* Does the thing `count` times. */
typedef void (*bench_function)(void *context, unsigned int count);

struct contender
{
    const char *name;
    bench_function run;
    void *context;
    double best_ns;      /* of one */
    double median_ratio; /* of its time to the first contender's, in the same round */
};

/* Nanoseconds since some start. */
double clock_ns(void);

/* The middle one of `count` values, which it sorts. */
double median(double *values, unsigned int count);

/* Fills best_ns and median_ratio. */
void measure(struct contender *contenders, unsigned int contender_count, unsigned int count, unsigned int rounds);

#ifdef __cplusplus
}
#endif

#endif
