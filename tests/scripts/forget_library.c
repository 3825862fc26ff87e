/*
 * Takes out what Wine has registered behind the back of a registration-free program: its oleaut32 registers a type
 * library that it finds by an activation context, in both views of the registry, as soon as a proxy needs it. On
 * Windows there is nothing to take out.
 */
#include <windows.h>

#include <oleauto.h>

#include "vmevents.h"

int main(void)
{
    UnRegisterTypeLib(&LIBID_VMEvents, 1, 0, LOCALE_NEUTRAL, sizeof(void *) == 8 ? SYS_WIN64 : SYS_WIN32);
    return 0;
}
