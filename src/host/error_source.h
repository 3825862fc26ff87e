/* The source that the host's descriptions of errors name. */
#ifndef VMEVENTS_HOST_ERROR_SOURCE_H
#define VMEVENTS_HOST_ERROR_SOURCE_H

#define HOST_ERROR_SOURCE L"VMEvents.Host"

#endif
