// A C++ program that hears a machine's events by lambdas.
//
// Build: see CMakeLists.txt.
// Run:   watch.exe   (vmevents.dll beside it; vmhost.exe registered by `vmhost /regserver`)
#include "sink.hpp"

#include <atomic>
#include <cstdio>

namespace
{

class apartment
{
public:
    // In the multithreaded apartment nobody has to pump: events arrive on COM's threads.
    apartment() { vmevents::check("CoInitializeEx", CoInitializeEx(nullptr, COINIT_MULTITHREADED)); }
    ~apartment() { CoUninitialize(); }
    apartment(const apartment &) = delete;
    apartment &operator=(const apartment &) = delete;
};

vmevents::com_ptr<IVMEventHost> open_host()
{
    IVMEventHost *host;

    vmevents::check("VMEvents.Host", CoCreateInstance(CLSID_VMEventHost, nullptr, CLSCTX_LOCAL_SERVER,
                                             IID_IVMEventHost, reinterpret_cast<void **>(&host)));
    return vmevents::com_ptr<IVMEventHost>(host);
}

vmevents::com_ptr<IVMEventMachine> create_machine(IVMEventHost &host, const wchar_t *name)
{
    IVMEventMachine *machine;

    vmevents::check("CreateMachine", host.CreateMachine(vmevents::string(name).get(), &machine));
    return vmevents::com_ptr<IVMEventMachine>(machine);
}

void raise(IVMEventMachine &machine, const wchar_t *event)
{
    SAFEARRAY *none = SafeArrayCreateVector(VT_VARIANT, 0, 0);
    HRESULT hr = machine.Raise(vmevents::string(event).get(), none);

    SafeArrayDestroy(none);
    vmevents::check("Raise", hr);
}

void watch()
{
    vmevents::sink sink;
    auto host = open_host();
    auto machine = create_machine(*host, L"C++ example");
    std::atomic<int> events{0};
    HANDLE shut_down = CreateEventW(nullptr, TRUE, FALSE, nullptr);

    auto all = sink.on_any([&events](const VMEVENT &event) {
        ++events;
        std::printf("%ls: %ls\n", event.source, event.name);
    });
    auto throwing = sink.on(DIID_IVMVirtualMachineEvents, vmVirtualMachineEvent_Reset, [](const VMEVENT &) {
        // It ends in the trampoline: the other callbacks run, and the machine does not notice.
        throw std::runtime_error("on purpose");
    });
    auto shutdown = sink.on(DIID_IVMVirtualMachineEvents, vmVirtualMachineEvent_GuestShutdown,
            [shut_down](const VMEVENT &) { SetEvent(shut_down); });

    LONG connection = sink.connect(machine.get());

    raise(*machine, L"OnReset");
    throwing.end();
    raise(*machine, L"OnHeartbeatStopped");
    raise(*machine, L"OnGuestShutdown");
    if (WaitForSingleObject(shut_down, 60000) != WAIT_OBJECT_0)
        throw vmevents::error("waiting for the shutdown", HRESULT_FROM_WIN32(ERROR_TIMEOUT));
    sink.disconnect(connection);
    shutdown.end();
    CloseHandle(shut_down);
    host->RemoveMachine(vmevents::string(L"C++ example").get());
    std::printf("%d events\n", events.load());
}

} // namespace

int main()
{
    try
    {
        apartment multithreaded;

        watch();
        return 0;
    }
    catch (const vmevents::error &failure)
    {
        std::fprintf(stderr, "watch: %s: error 0x%08lx\n", failure.what(), static_cast<unsigned long>(failure.code()));
    }
    catch (const std::exception &failure)
    {
        std::fprintf(stderr, "watch: %s\n", failure.what());
    }
    return 1;
}
