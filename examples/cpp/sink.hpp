// A thin C++17 face of the sink: reference counts and cookies belong to objects, and any callable is a callback.
//
// Copy it into your program. Functions that can fail throw vmevents::error, but no exception ever leaves a callback:
// it runs on a thread of COM's, inside the call of the program that fired the event.
#pragma once

#include <memory>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include <windows.h>

#include <oleauto.h>

#include "vmevents.h"

namespace vmevents
{

class error : public std::runtime_error
{
public:
    error(const char *what, HRESULT hr) : std::runtime_error(what), hr_(hr) {}
    HRESULT code() const noexcept { return hr_; }

private:
    HRESULT hr_;
};

inline void check(const char *what, HRESULT hr)
{
    if (FAILED(hr))
        throw error(what, hr);
}

struct releaser
{
    void operator()(IUnknown *object) const noexcept { object->Release(); }
};

template <class Interface> using com_ptr = std::unique_ptr<Interface, releaser>;

class string
{
public:
    explicit string(const wchar_t *text) : bstr_(SysAllocString(text))
    {
        if (!bstr_ && text)
            throw std::bad_alloc();
    }
    ~string() { SysFreeString(bstr_); }
    string(const string &) = delete;
    string &operator=(const string &) = delete;
    BSTR get() const noexcept { return bstr_; }

private:
    BSTR bstr_;
};

// A callback. When this goes away the callable is not running and does not run again, unless it goes away inside a
// callback: then that call is the last.
class subscription
{
public:
    subscription() = default;
    subscription(com_ptr<IVMEventCallbacks> callbacks, DWORD cookie) noexcept
        : callbacks_(std::move(callbacks)), cookie_(cookie)
    {
    }
    subscription(subscription &&other) noexcept = default;
    subscription &operator=(subscription &&other) noexcept
    {
        end();
        callbacks_ = std::move(other.callbacks_);
        cookie_ = other.cookie_;
        return *this;
    }
    ~subscription() { end(); }

    void end() noexcept
    {
        if (callbacks_)
            callbacks_->RemoveCallback(cookie_);
        callbacks_.reset();
    }

private:
    com_ptr<IVMEventCallbacks> callbacks_;
    DWORD cookie_ = 0;
};

class sink
{
public:
    sink()
    {
        IVMEventSink *made;

        check("VMEventsCreateSink", VMEventsCreateSink(IID_IVMEventSink, reinterpret_cast<void **>(&made)));
        sink_.reset(made);
    }

    IVMEventSink *get() const noexcept { return sink_.get(); }

    // Calls handler(const VMEVENT &) for one event of an interface, or for all with IID_NULL and DISPID_UNKNOWN.
    template <class Handler> [[nodiscard]] subscription on(REFIID events, DISPID id, Handler &&handler)
    {
        using callable = std::decay_t<Handler>;
        com_ptr<IVMEventCallbacks> callbacks = query_callbacks();
        auto context = std::make_unique<callable>(std::forward<Handler>(handler));
        DWORD cookie;

        check("AddCallback", callbacks->AddCallback(events, id, call<callable>, context.get(), destroy<callable>,
                                     &cookie));
        context.release(); // destroy has it
        return subscription(std::move(callbacks), cookie);
    }

    template <class Handler> [[nodiscard]] subscription on_any(Handler &&handler)
    {
        return on(IID_NULL, DISPID_UNKNOWN, std::forward<Handler>(handler));
    }

    LONG connect(IUnknown *source, const wchar_t *label = nullptr)
    {
        LONG cookie;

        check("Connect", sink_->Connect(source, string(label).get(), &cookie));
        return cookie;
    }

    // That the source is gone is no error.
    void disconnect(LONG cookie) { check("Disconnect", sink_->Disconnect(cookie)); }

private:
    com_ptr<IVMEventCallbacks> query_callbacks()
    {
        IVMEventCallbacks *callbacks;

        check("QueryInterface",
                sink_->QueryInterface(IID_IVMEventCallbacks, reinterpret_cast<void **>(&callbacks)));
        return com_ptr<IVMEventCallbacks>(callbacks);
    }

    // The trampolines: a function pointer for each type of callable, whose object is the context.
    template <class callable> static void CALLBACK call(const VMEVENT *event, void *context) noexcept
    {
        try
        {
            (*static_cast<callable *>(context))(*event);
        }
        catch (...)
        {
            OutputDebugStringA("vmevents: an exception was thrown by a callback\n");
        }
    }

    template <class callable> static void CALLBACK destroy(void *context) noexcept
    {
        delete static_cast<callable *>(context);
    }

    com_ptr<IVMEventSink> sink_;
};

} // namespace vmevents
