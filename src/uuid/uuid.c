/* The definitions of the IIDs and CLSIDs that the headers declare. */
#include <initguid.h>

#include "vmevents.h"
#include "VPCCOMInterfaces.h"
