#include "measure.h"

#include <stdlib.h>

#include <windows.h>

#define MAX_ROUNDS 200

double clock_ns(void)
{
    LARGE_INTEGER counter, frequency;

    QueryPerformanceCounter(&counter);
    QueryPerformanceFrequency(&frequency);
    return (double)counter.QuadPart * 1e9 / (double)frequency.QuadPart;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

double median(double *values, unsigned int count)
{
    qsort(values, count, sizeof(*values), compare_doubles);
    return values[count / 2];
}

void measure(struct contender *contenders, unsigned int contender_count, unsigned int count, unsigned int rounds)
{
    static double ratios[MAX_CONTENDERS][MAX_ROUNDS];
    double start, first = 0, each;

    for (unsigned int i = 0; i < contender_count; ++i)
    {
        contenders[i].best_ns = 1e300;
        contenders[i].run(contenders[i].context, count / 10 + 1);
    }
    for (unsigned int round = 0; round < rounds; ++round)
    {
        for (unsigned int i = 0; i < contender_count; ++i)
        {
            start = clock_ns();
            contenders[i].run(contenders[i].context, count);
            each = (clock_ns() - start) / count;
            if (!i)
                first = each;
            if (each < contenders[i].best_ns)
                contenders[i].best_ns = each;
            ratios[i][round] = each / first;
        }
    }
    for (unsigned int i = 0; i < contender_count; ++i)
        contenders[i].median_ratio = median(ratios[i], rounds);
}
