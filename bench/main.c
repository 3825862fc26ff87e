/* `./run bench`: the sink beside what people use today, in one program and one run. */
#include "report.h"
#include "sinks.h"
#include "subjects.h"

#include <stdio.h>

/* The entry of a Unicode program (-municode); no header declares it. */
int wmain(int argc, WCHAR **argv);

int wmain(int argc, WCHAR **argv)
{
    ITypeLib *library;
    double echo_ns;

    CoInitializeEx(NULL, COINIT_MULTITHREADED);
    if (argc != 3 && (argc != 4 || wcscmp(argv[3], L"fleet")))
    {
        fprintf(stderr, "usage: vmbench DLL JSON [fleet]\n");
        return 2;
    }
    if (!wcscmp(argv[1], L"--fire"))
        return bench_fire_from_here(argv[2]), 0;
    if (!wcscmp(argv[1], L"--load"))
        return bench_load_here(argv[2]), 0;
    sinks_load(argv[1]);
    if (argc == 4)
    {
        bench_fleet(bench_process());
        return report_finish(argv[2]) ? 0 : 1;
    }
    check("LoadTypeLibEx", LoadTypeLibEx(argv[1], REGKIND_NONE, &library));
    bench_calls(library);
    bench_threads();
    bench_listeners();
    bench_memory();
    echo_ns = bench_process();
    bench_script();
    bench_loading();
    bench_fleet(echo_ns);
    return report_finish(argv[2]) ? 0 : 1;
}
