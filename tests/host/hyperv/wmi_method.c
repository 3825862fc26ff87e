/* What is asked of WMI when an item is handed to a guest: a WMI of the test's own has the objects that this needs, and no more. */
#include "host/hyperv/exchange.h"
#include "host/hyperv/wmi_method.h"
#include "host/hyperv/wmi_source.h"

#include "support/test.h"

#include <stdio.h>
#include <string.h>
#include <wchar.h>

#define GUID "5AC1B4E8-6F27-4C1B-9D3E-0A7F3C2B1D90"

static struct
{
    /* What it is to answer. */
    LONG answer;
    HRESULT exec_result, call_result;
    unsigned int timeouts;
    bool no_machine, no_method;

    /* What it was asked. */
    WCHAR service[256], method[64], system[256], item[2048];
    LONG method_flags, items;
    long objects; /* references that are held */
} world;

static HRESULT WINAPI query_interface(IUnknown *iface, REFIID iid, void **object)
{
    (void)iface;
    (void)iid;
    *object = NULL;
    return E_NOINTERFACE;
}

static ULONG WINAPI add_ref(IUnknown *iface)
{
    (void)iface;
    return (ULONG)++world.objects;
}

static ULONG WINAPI release(IUnknown *iface)
{
    (void)iface;
    return (ULONG)--world.objects;
}

#define UNKNOWN .QueryInterface = (void *)query_interface, .AddRef = (void *)add_ref, .Release = (void *)release

/* Objects that are all of one kind: the paths of what was found, a class, a method's arguments, its answer. */

enum role
{
    SERVICE,
    MACHINE,
    CLASS,
    DECLARATION,
    ARGUMENTS,
    ANSWER
};

struct object
{
    IWbemClassObject iface;
    enum role role;
};

static IWbemClassObject *object_of(enum role role);

static HRESULT WINAPI object_Get(
        IWbemClassObject *iface, LPCWSTR name, long flags, VARIANT *value, CIMTYPE *type, long *flavor)
{
    enum role role = ((struct object *)iface)->role;

    (void)flags, (void)type, (void)flavor;
    if (role == ANSWER && !wcscmp(name, L"ReturnValue"))
    {
        V_VT(value) = VT_I4;
        V_I4(value) = world.answer;
        return S_OK;
    }
    if (wcscmp(name, L"__PATH") != 0)
        return (HRESULT)WBEM_E_NOT_FOUND;
    V_VT(value) = VT_BSTR;
    V_BSTR(value) = SysAllocString(role == SERVICE ? L"path of the service" : L"path of the machine");
    return S_OK;
}

static HRESULT WINAPI object_Put(IWbemClassObject *iface, LPCWSTR name, long flags, VARIANT *value, CIMTYPE type)
{
    LONG place = 0;
    BSTR item;

    (void)flags, (void)type;
    assert_int_equal(((struct object *)iface)->role, ARGUMENTS);
    if (!wcscmp(name, L"TargetSystem"))
    {
        assert_int_equal(V_VT(value), VT_BSTR);
        wcscpy(world.system, V_BSTR(value));
        return S_OK;
    }
    assert_true(!wcscmp(name, L"DataItems"));
    assert_int_equal(V_VT(value), VT_ARRAY | VT_BSTR);
    assert_int_equal(SafeArrayGetUBound(V_ARRAY(value), 1, &world.items), S_OK);
    assert_int_equal(SafeArrayGetElement(V_ARRAY(value), &place, &item), S_OK);
    wcscpy(world.item, item);
    SysFreeString(item);
    return S_OK;
}

static HRESULT WINAPI object_GetMethod(
        IWbemClassObject *iface, LPCWSTR name, long flags, IWbemClassObject **in, IWbemClassObject **out)
{
    (void)name, (void)flags;
    assert_int_equal(((struct object *)iface)->role, CLASS);
    assert_null(out);
    if (world.no_method)
        return (HRESULT)WBEM_E_NOT_FOUND;
    *in = object_of(DECLARATION);
    return S_OK;
}

static HRESULT WINAPI object_SpawnInstance(IWbemClassObject *iface, long flags, IWbemClassObject **instance)
{
    (void)flags;
    assert_int_equal(((struct object *)iface)->role, DECLARATION);
    *instance = object_of(ARGUMENTS);
    return S_OK;
}

static IWbemClassObjectVtbl object_vtbl = {UNKNOWN, .Get = object_Get, .Put = object_Put, .GetMethod = object_GetMethod,
        .SpawnInstance = object_SpawnInstance};

static IWbemClassObject *object_of(enum role role)
{
    static struct object objects[] = {
            {{&object_vtbl}, SERVICE},
            {{&object_vtbl}, MACHINE},
            {{&object_vtbl}, CLASS},
            {{&object_vtbl}, DECLARATION},
            {{&object_vtbl}, ARGUMENTS},
            {{&object_vtbl}, ANSWER},
    };

    ++world.objects;
    return &objects[role].iface;
}

/* What a query finds: one, or none. It takes a while. */

struct rows
{
    IEnumWbemClassObject iface;
    bool of_service;
};

static HRESULT WINAPI rows_Next(
        IEnumWbemClassObject *iface, long timeout, ULONG count, IWbemClassObject **objects, ULONG *returned)
{
    bool of_service = ((struct rows *)iface)->of_service;

    (void)timeout;
    assert_int_equal(count, 1);
    *returned = 0;
    if (world.timeouts)
    {
        --world.timeouts;
        return WBEM_S_TIMEDOUT;
    }
    if (!of_service && world.no_machine)
        return WBEM_S_FALSE;
    *objects = object_of(of_service ? SERVICE : MACHINE);
    *returned = 1;
    return WBEM_S_NO_ERROR;
}

static IEnumWbemClassObjectVtbl rows_vtbl = {UNKNOWN, .Next = rows_Next};

/* A method that has been called. */

static HRESULT WINAPI call_GetResultObject(IWbemCallResult *iface, long timeout, IWbemClassObject **answer)
{
    (void)iface, (void)timeout;
    if (world.timeouts)
    {
        --world.timeouts;
        return WBEM_S_TIMEDOUT;
    }
    if (SUCCEEDED(world.call_result))
        *answer = object_of(ANSWER);
    return world.call_result;
}

static IWbemCallResultVtbl call_vtbl = {UNKNOWN, .GetResultObject = call_GetResultObject};

/* The namespace. */

static HRESULT WINAPI services_GetObject(IWbemServices *iface, const BSTR path, long flags, IWbemContext *context,
        IWbemClassObject **object, IWbemCallResult **result)
{
    (void)iface, (void)flags, (void)context;
    assert_null(result);
    assert_true(!wcscmp(path, L"Msvm_VirtualSystemManagementService"));
    *object = object_of(CLASS);
    return S_OK;
}

static HRESULT WINAPI services_ExecQuery(IWbemServices *iface, const BSTR language, const BSTR query, long flags,
        IWbemContext *context, IEnumWbemClassObject **rows)
{
    static struct rows answers[2] = {{{&rows_vtbl}, false}, {{&rows_vtbl}, true}};
    bool of_service = !wcscmp(query, L"SELECT * FROM Msvm_VirtualSystemManagementService");

    (void)iface, (void)language, (void)flags, (void)context;
    if (!of_service)
        assert_true(!wcscmp(query, L"SELECT * FROM Msvm_ComputerSystem WHERE Name = '" GUID "'"));
    ++world.objects;
    *rows = &answers[of_service].iface;
    return S_OK;
}

static HRESULT WINAPI services_ExecMethod(IWbemServices *iface, const BSTR path, const BSTR method, long flags,
        IWbemContext *context, IWbemClassObject *in, IWbemClassObject **out, IWbemCallResult **result)
{
    static IWbemCallResult call = {&call_vtbl};

    (void)iface, (void)context;
    assert_null(out);
    assert_int_equal(((struct object *)in)->role, ARGUMENTS);
    wcscpy(world.service, path);
    wcscpy(world.method, method);
    world.method_flags = flags;
    if (FAILED(world.exec_result))
        return world.exec_result;
    ++world.objects;
    *result = &call;
    return S_OK;
}

static IWbemServicesVtbl services_vtbl = {
        UNKNOWN, .GetObject = services_GetObject, .ExecQuery = services_ExecQuery, .ExecMethod = services_ExecMethod};

static IWbemServices services = {&services_vtbl};

/* The tests */

static int32_t change(enum hv_item_change change)
{
    struct wmi_source source = {.services = &services};
    struct hv_guid guid = {GUID};
    char item[HV_ITEM_XML_SIZE];
    int32_t code;

    hv_item_write("name", "data", item);
    code = wmi_change_item(&source, change, &guid, item);
    assert_int_equal(world.objects, 0);
    return code;
}

static int setup(void **state)
{
    (void)state;
    memset(&world, 0, sizeof(world));
    return 0;
}

static void hands_on_an_item(void **state)
{
    static const WCHAR *const methods[] = {L"AddKvpItems", L"ModifyKvpItems", L"RemoveKvpItems"};

    for (unsigned int i = 0; i < ARRAYSIZE(methods); ++i)
    {
        setup(state);
        world.timeouts = 3;
        assert_int_equal(change((enum hv_item_change)i), HV_OK);
        assert_true(!wcscmp(world.method, methods[i]));
        assert_true(!wcscmp(world.service, L"path of the service"));
        assert_true(!wcscmp(world.system, L"path of the machine"));
        assert_int_equal(world.method_flags, WBEM_FLAG_RETURN_IMMEDIATELY);
        assert_int_equal(world.items, 0);
        assert_true(!wcscmp(world.item,
                L"<INSTANCE CLASSNAME=\"Msvm_KvpExchangeDataItem\"><PROPERTY NAME=\"Data\" TYPE=\"string\"><VALUE>data"
                L"</VALUE></PROPERTY><PROPERTY NAME=\"Name\" TYPE=\"string\"><VALUE>name</VALUE></PROPERTY><PROPERTY "
                L"NAME=\"Source\" TYPE=\"uint16\"><VALUE>0</VALUE></PROPERTY></INSTANCE>"));
    }
}

/* 4096: it goes on in a job. */
static void tells_what_is_answered(void **state)
{
    (void)state;
    world.answer = 4096;
    assert_int_equal(change(HV_ADD_ITEM), HV_OK);
    world.answer = 32775;
    assert_int_equal(change(HV_ADD_ITEM), 32775);
    world.answer = -1;
    assert_int_equal(change(HV_ADD_ITEM), HV_E_FAILED);
}

static void tells_what_fails(void **state)
{
    struct wmi_source unconnected = {.services = NULL};
    struct hv_guid guid = {GUID};

    assert_int_equal(wmi_change_item(&unconnected, HV_ADD_ITEM, &guid, "<INSTANCE/>"), HV_E_DISCONNECTED);
    world.no_machine = true;
    assert_int_equal(change(HV_ADD_ITEM), (int32_t)WBEM_E_NOT_FOUND);
    setup(state);
    world.no_method = true;
    assert_int_equal(change(HV_ADD_ITEM), (int32_t)WBEM_E_NOT_FOUND);
    setup(state);
    world.exec_result = HV_E_ACCESS_DENIED;
    assert_int_equal(change(HV_ADD_ITEM), HV_E_ACCESS_DENIED);
    setup(state);
    world.call_result = HV_E_SHUTTING_DOWN;
    assert_int_equal(change(HV_ADD_ITEM), HV_E_SHUTTING_DOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup(hands_on_an_item, setup),
            cmocka_unit_test_setup(tells_what_is_answered, setup),
            cmocka_unit_test_setup(tells_what_fails, setup),
    };

    return cmocka_run_group_tests_name("items for guests, by WMI", tests, NULL, NULL);
}
