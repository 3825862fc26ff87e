#include "rivals.h"

#include <boost/signals2.hpp>

typedef boost::signals2::signal<void(LONG)> logoff_signal;

void *boost_signal(unsigned int slots, rival_callback callback, void *context)
{
    logoff_signal *signal = new logoff_signal;

    for (unsigned int i = 0; i < slots; ++i)
        signal->connect([callback, context](LONG type) { callback(type, context); });
    return signal;
}

void boost_fire(void *signal, unsigned int count)
{
    logoff_signal &fire = *static_cast<logoff_signal *>(signal);

    for (unsigned int i = 0; i < count; ++i)
        fire(vmLogoff_Forced);
}
