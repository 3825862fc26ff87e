/* The pretended WMI as a DLL, which COM loads into whatever process creates CLSID_WbemLocator (stage.h). Without a stage it has
 * nothing to say: there is no Hyper-V. */
#include "pretended_wmi.h"
#include "stage.h"

#include <wbemcli.h>

#include <string.h>

static struct stage *stage;
static LONG taken;

static void take_lines(void *context)
{
    LONG written = stage->written;

    (void)context;
    while (taken < written)
    {
        const char *line = stage->text + taken;

        taken += (LONG)(strchr(line, '\n') + 1 - line);
        pretended_wmi_say(line);
    }
}

HRESULT WINAPI DllGetClassObject(REFCLSID clsid, REFIID riid, void **object)
{
    *object = NULL;
    if (!IsEqualCLSID(clsid, &CLSID_WbemLocator) || !stage)
        return CLASS_E_CLASSNOTAVAILABLE;
    return pretended_wmi_get_class_object(riid, object);
}

/* It stays. */
HRESULT WINAPI DllCanUnloadNow(void)
{
    return S_FALSE;
}

/* No header of Windows' declares it. */
BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, void *reserved);

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, void *reserved)
{
    HANDLE mapping;

    (void)reserved;
    if (reason != DLL_PROCESS_ATTACH)
        return TRUE;
    DisableThreadLibraryCalls(instance);
    if (!(mapping = OpenFileMappingW(FILE_MAP_ALL_ACCESS, FALSE, STAGE_NAME)))
        return TRUE;
    if ((stage = MapViewOfFile(mapping, FILE_MAP_ALL_ACCESS, 0, 0, sizeof(*stage))))
        pretended_wmi_begin(&stage->counts, take_lines, NULL);
    CloseHandle(mapping);
    return TRUE;
}
