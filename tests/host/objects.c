/* The COM manners of the host's objects: identity, interfaces, class information, connection points. */
#include "recorder.h"

#include <olectl.h>

static IVMEventHost *host;
static IVMEventMachine *machine;

static int setup(void **state)
{
    client_await_no_host(state);
    host = client_create_host();
    machine = client_create_machine(host, L"Alpha");
    return 0;
}

static int teardown(void **state)
{
    client_release(machine);
    client_release(host);
    return client_await_no_host(state);
}

static void *query(void *object, REFIID iid)
{
    void *face;

    assert_int_equal(IUnknown_QueryInterface((IUnknown *)object, iid, &face), S_OK);
    return face;
}

/* Every interface leads to every other, and to the same IUnknown. */
static void check_identity(void *object, UINT count, const IID *const *iids)
{
    IUnknown *identity = query(object, &IID_IUnknown);

    for (UINT i = 0; i < count; ++i)
    {
        void *face = query(object, iids[i]);

        for (UINT j = 0; j < count; ++j)
            client_release(query(face, iids[j]));
        IUnknown *other = query(face, &IID_IUnknown);
        assert_ptr_equal(other, identity);
        IUnknown_Release(other);
        client_release(face);
    }
    IUnknown_Release(identity);
}

static void test_identity(void **state)
{
    static const IID *const of_host[] = {&IID_IDispatch, &IID_IVMEventHost, &IID_IConnectionPointContainer,
            &IID_IProvideClassInfo, &IID_IProvideClassInfo2, &IID_ISupportErrorInfo};
    static const IID *const of_machine[] = {&IID_IDispatch, &IID_IVMEventMachine, &IID_IConnectionPointContainer,
            &IID_IProvideClassInfo, &IID_IProvideClassInfo2, &IID_ISupportErrorInfo};
    static const IID *const of_machines[] = {&IID_IDispatch, &IID_IVMEventMachines, &IID_ISupportErrorInfo};
    IVMEventMachines *machines;
    void *nothing;

    (void)state;
    check_identity(host, ARRAYSIZE(of_host), of_host);
    check_identity(machine, ARRAYSIZE(of_machine), of_machine);
    assert_int_equal(IVMEventHost_get_Machines(host, &machines), S_OK);
    check_identity(machines, ARRAYSIZE(of_machines), of_machines);
    client_release(machines);
    assert_int_equal(IVMEventHost_QueryInterface(host, &IID_IVMEventMachine, &nothing), E_NOINTERFACE);
    assert_int_equal(IVMEventMachine_QueryInterface(machine, &IID_IVMEventHost, &nothing), E_NOINTERFACE);
}

/* Whoever creates the host gets the same one. */
static void test_one_host(void **state)
{
    IVMEventHost *again = client_create_host();
    IUnknown *first = query(host, &IID_IUnknown), *second = query(again, &IID_IUnknown);

    (void)state;
    assert_ptr_equal(first, second);
    IUnknown_Release(first);
    IUnknown_Release(second);
    client_release(again);
}

static void test_class_object(void **state)
{
    IClassFactory *factory;
    IUnknown *object;
    HRESULT hr;

    (void)state;
    assert_int_equal(
            CoGetClassObject(&CLSID_VMEventHost, CLSCTX_LOCAL_SERVER, NULL, &IID_IClassFactory, (void **)&factory),
            S_OK);
    assert_int_equal(
            IClassFactory_CreateInstance(factory, NULL, &IID_IVMEventMachine, (void **)&object), E_NOINTERFACE);
    /* Wine does not bring this call to another process. */
    hr = IClassFactory_LockServer(factory, TRUE);
    assert_true(hr == S_OK || hr == E_NOTIMPL);
    assert_int_equal(IClassFactory_LockServer(factory, FALSE), hr);
    IClassFactory_Release(factory);
    /* An object in another process cannot be part of one here. */
    assert_true(FAILED(CoCreateInstance(
            &CLSID_VMEventHost, (IUnknown *)host, CLSCTX_LOCAL_SERVER, &IID_IUnknown, (void **)&object)));
}

static void check_class(void *object, const CLSID *clsid, const IID *source)
{
    IProvideClassInfo2 *info = query(object, &IID_IProvideClassInfo2);
    ITypeInfo *type;
    TYPEATTR *attributes;
    GUID guid;

    assert_int_equal(IProvideClassInfo2_GetGUID(info, GUIDKIND_DEFAULT_SOURCE_DISP_IID, &guid), S_OK);
    assert_memory_equal(&guid, source, sizeof(guid));
    assert_int_equal(IProvideClassInfo2_GetGUID(info, 0, &guid), E_INVALIDARG);
    assert_int_equal(IProvideClassInfo2_GetGUID(info, 2, &guid), E_INVALIDARG);
    assert_int_equal(IProvideClassInfo2_GetClassInfo(info, &type), S_OK);
    assert_int_equal(ITypeInfo_GetTypeAttr(type, &attributes), S_OK);
    assert_memory_equal(&attributes->guid, clsid, sizeof(*clsid));
    assert_int_equal(attributes->typekind, TKIND_COCLASS);
    ITypeInfo_ReleaseTypeAttr(type, attributes);
    ITypeInfo_Release(type);
    IProvideClassInfo2_Release(info);
}

static void test_class_info(void **state)
{
    (void)state;
    check_class(host, &CLSID_VMEventHost, &DIID_IVMVirtualPCEvents);
    check_class(machine, &CLSID_VMEventMachine, &DIID_IVMVirtualMachineEvents);
}

static void test_error_support(void **state)
{
    ISupportErrorInfo *support = query(host, &IID_ISupportErrorInfo);

    (void)state;
    assert_int_equal(ISupportErrorInfo_InterfaceSupportsErrorInfo(support, &IID_IVMEventHost), S_OK);
    assert_int_equal(ISupportErrorInfo_InterfaceSupportsErrorInfo(support, &IID_IVMEventMachine), S_FALSE);
    ISupportErrorInfo_Release(support);
    support = query(machine, &IID_ISupportErrorInfo);
    assert_int_equal(ISupportErrorInfo_InterfaceSupportsErrorInfo(support, &IID_IVMEventMachine), S_OK);
    ISupportErrorInfo_Release(support);
}

static void test_type_info(void **state)
{
    IDispatch *dispatch = query(machine, &IID_IDispatch);
    WCHAR *name = (WCHAR *)L"NoSuchMember";
    ITypeInfo *info;
    DISPID id;
    UINT count;

    (void)state;
    assert_int_equal(IDispatch_GetTypeInfoCount(dispatch, &count), S_OK);
    assert_int_equal(count, 1);
    assert_int_equal(IDispatch_GetTypeInfo(dispatch, 0, LOCALE_USER_DEFAULT, &info), S_OK);
    ITypeInfo_Release(info);
    assert_int_equal(IDispatch_GetTypeInfo(dispatch, 1, LOCALE_USER_DEFAULT, &info), DISP_E_BADINDEX);
    assert_int_equal(
            IDispatch_GetIDsOfNames(dispatch, &IID_NULL, &name, 1, LOCALE_USER_DEFAULT, &id), DISP_E_UNKNOWNNAME);
    IDispatch_Release(dispatch);
}

/* The interfaces of the points that EnumConnectionPoints goes through, in its order. */
static void check_points(void *object, UINT count, const IID *const *iids)
{
    IConnectionPointContainer *container = query(object, &IID_IConnectionPointContainer), *back;
    IEnumConnectionPoints *enumerator;
    IConnectionPoint *point;
    ULONG fetched;
    IID iid;

    assert_int_equal(IConnectionPointContainer_EnumConnectionPoints(container, &enumerator), S_OK);
    for (UINT i = 0; i < count; ++i)
    {
        assert_int_equal(IEnumConnectionPoints_Next(enumerator, 1, &point, &fetched), S_OK);
        assert_int_equal(IConnectionPoint_GetConnectionInterface(point, &iid), S_OK);
        assert_memory_equal(&iid, iids[i], sizeof(iid));
        assert_int_equal(IConnectionPoint_GetConnectionPointContainer(point, &back), S_OK);
        assert_ptr_equal(back, container);
        IConnectionPointContainer_Release(back);
        IConnectionPoint_Release(point);
    }
    assert_int_equal(IEnumConnectionPoints_Next(enumerator, 1, &point, &fetched), S_FALSE);
    IEnumConnectionPoints_Release(enumerator);
    IConnectionPointContainer_Release(container);
}

static void test_connection_points(void **state)
{
    static const IID *const of_host[] = {&DIID_IVMVirtualPCEvents};
    static const IID *const of_machine[] = {
            &DIID_IVMVirtualMachineEvents, &DIID_IVMDVDDriveEvents, &DIID_IVMFloppyDriveEvents};
    IConnectionPointContainer *container = query(machine, &IID_IConnectionPointContainer);
    IConnectionPoint *point;

    (void)state;
    check_points(host, ARRAYSIZE(of_host), of_host);
    check_points(machine, ARRAYSIZE(of_machine), of_machine);
    assert_int_equal(IConnectionPointContainer_FindConnectionPoint(container, &DIID_IVMVirtualPCEvents, &point),
            CONNECT_E_NOCONNECTION);
    IConnectionPointContainer_Release(container);
}

static void test_connections(void **state)
{
    IConnectionPoint *point = get_connection_point(machine, &DIID_IVMDVDDriveEvents);
    static struct recorder first, second;
    IEnumConnections *enumerator;
    CONNECTDATA connection;
    DWORD cookies[2];
    ULONG fetched;

    (void)state;
    recorder_init(&first, NULL, &DIID_IVMDVDDriveEvents, L"first");
    recorder_init(&second, NULL, &DIID_IVMDVDDriveEvents, L"second");
    cookies[0] = recorder_advise(&first, machine);
    cookies[1] = recorder_advise(&second, machine);
    assert_int_not_equal(cookies[0], cookies[1]);
    assert_int_equal(IConnectionPoint_EnumConnections(point, &enumerator), S_OK);
    for (UINT i = 0; i < 2; ++i)
    {
        IUnknown *sink;

        /* Behind the connection, Wine 8.0 reads count and result from the wrong place. */
        IEnumConnections_Next(enumerator, 1, &connection, &fetched);
        assert_int_equal(connection.dwCookie, cookies[i]);
        sink = query(connection.pUnk, &IID_IUnknown);
        assert_ptr_equal(sink, i ? &second.IDispatch_iface : &first.IDispatch_iface);
        IUnknown_Release(sink);
        IUnknown_Release(connection.pUnk);
    }
    assert_int_equal(IEnumConnections_Next(enumerator, 1, &connection, &fetched), S_FALSE);
    IEnumConnections_Release(enumerator);
    /* A connection belongs to its own point. */
    assert_int_equal(count_connections(machine, &DIID_IVMFloppyDriveEvents), 0);

    recorder_unadvise(&first, machine, cookies[0]);
    assert_int_equal(count_connections(machine, &DIID_IVMDVDDriveEvents), 1);
    assert_int_equal(IConnectionPoint_Unadvise(point, cookies[0]), CONNECT_E_NOCONNECTION);
    assert_int_equal(IConnectionPoint_Unadvise(point, 0), CONNECT_E_NOCONNECTION);
    recorder_unadvise(&second, machine, cookies[1]);
    assert_int_equal(count_connections(machine, &DIID_IVMDVDDriveEvents), 0);
    IConnectionPoint_Release(point);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup_teardown(test_identity, setup, teardown),
            cmocka_unit_test_setup_teardown(test_one_host, setup, teardown),
            cmocka_unit_test_setup_teardown(test_class_object, setup, teardown),
            cmocka_unit_test_setup_teardown(test_class_info, setup, teardown),
            cmocka_unit_test_setup_teardown(test_error_support, setup, teardown),
            cmocka_unit_test_setup_teardown(test_type_info, setup, teardown),
            cmocka_unit_test_setup_teardown(test_connection_points, setup, teardown),
            cmocka_unit_test_setup_teardown(test_connections, setup, teardown),
    };

    return cmocka_run_group_tests(tests, client_setup, client_teardown);
}
