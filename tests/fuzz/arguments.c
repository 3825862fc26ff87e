#include "fuzz/arguments.h"

#include <stdio.h>

#include "support/test.h"

uint64_t random_next(struct random *random)
{
    uint64_t z = random->state += 0x9e3779b97f4a7c15u;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

uint32_t random_below(struct random *random, uint32_t limit)
{
    return (uint32_t)(random_next(random) >> 32) % limit;
}

bool random_once_in(struct random *random, uint32_t times)
{
    return !random_below(random, times);
}

bool is_type_of_variants(VARTYPE type)
{
    static const VARTYPE bases[] = {VT_I2, VT_I4, VT_R4, VT_R8, VT_CY, VT_DATE, VT_BSTR, VT_DISPATCH, VT_ERROR, VT_BOOL,
            VT_VARIANT, VT_UNKNOWN, VT_DECIMAL, VT_I1, VT_UI1, VT_UI2, VT_UI4, VT_I8, VT_UI8, VT_INT, VT_UINT,
            VT_RECORD};
    VARTYPE base = type & (VARTYPE) ~(VT_BYREF | VT_ARRAY);

    if (type == VT_EMPTY || type == VT_NULL)
        return true;
    /* A VARIANT is in another by reference or in an array. */
    if (type == VT_VARIANT)
        return false;
    for (size_t i = 0; i < ARRAYSIZE(bases); ++i)
    {
        if (base == bases[i])
            return true;
    }
    return false;
}

/* Memory behind which there is none. */
static void *place_at_end_of_memory(size_t size)
{
    static BYTE *pages[2]; /* for the arguments and for the names */
    static unsigned int turn;
    DWORD protection;
    BYTE **page = &pages[turn++ % 2];

    if (!*page)
    {
        CHECK((*page = VirtualAlloc(NULL, 2 * 4096, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE)));
        CHECK(VirtualProtect(*page + 4096, 4096, PAGE_NOACCESS, &protection));
    }
    return *page + 4096 - size;
}

static BSTR make_string(struct arguments *arguments, struct random *random)
{
    static const WCHAR *const samples[] = {L"", L"0", L"1", L"2", L"3", L"10", L"11", L"-1", L" 1 ", L"1.4", L"2,5",
            L"1e3", L"True", L"False", L"#TRUE#", L"&h1", L"9999999999999999999999", L"abc", L"\xd800", L"memory",
            L"user=alice", L"USER=", L"a=b", L"=b"};
    BSTR string;

    CHECK(arguments->string_count < MAX_ALLOCATED);
    if (random_once_in(random, 8))
    {
        /* With zeros in it, or of an odd number of bytes, or long. */
        UINT size = random_below(random, random_once_in(random, 10) ? 5000 : 40);

        CHECK(string = SysAllocStringByteLen(NULL, size));
        for (UINT i = 0; i < size; ++i)
            ((BYTE *)string)[i] = (BYTE)random_next(random);
    }
    else
    {
        CHECK(string = SysAllocString(samples[random_below(random, ARRAYSIZE(samples))]));
    }
    return arguments->strings[arguments->string_count++] = string;
}

/* An array of one or more dimensions, perhaps without elements, counted from anywhere, perhaps locked. */
static SAFEARRAY *make_array(struct arguments *arguments, struct random *random, VARTYPE type)
{
    SAFEARRAYBOUND bounds[4];
    UINT dimensions = 1 + random_below(random, ARRAYSIZE(bounds));
    SAFEARRAY *array;

    CHECK(arguments->array_count < MAX_ALLOCATED);
    for (UINT i = 0; i < dimensions; ++i)
    {
        bounds[i].cElements = random_below(random, MAX_ELEMENTS + 1);
        bounds[i].lLbound = (LONG)random_next(random) / 2;
    }
    if (type == VT_RECORD || !(array = SafeArrayCreate(type, dimensions, bounds)))
        return NULL;
    if (random_once_in(random, 4))
        SafeArrayLock(array);
    return arguments->arrays[arguments->array_count++] = array;
}

static struct object *make_object(struct arguments *arguments, struct random *random)
{
    static const VARTYPE types[] = {VT_I4, VT_BSTR, VT_BOOL, VT_EMPTY};
    struct object *object;

    if (arguments->object_count == MAX_STORED)
        return NULL;
    object = &arguments->objects[arguments->object_count++];
    object_init(object);
    object->is_unknown = random_once_in(random, 3);
    object->answer = random_once_in(random, 3) ? DISP_E_MEMBERNOTFOUND : S_OK;
    object->type = types[random_below(random, ARRAYSIZE(types))];
    object->number = (LONG)random_below(random, 12);
    return object;
}

/* A number as likely as not to be legal, or at a limit. */
static LONGLONG make_number(struct random *random)
{
    static const LONGLONG limits[] = {-1, 0, 1, 127, 128, 255, 256, -32768, 32767, 65535, 65536, LONG_MAX, LONG_MIN,
            0xffffffffll, 0x100000000ll, INT64_MAX, INT64_MIN};

    switch (random_below(random, 4))
    {
        case 0:
            return limits[random_below(random, ARRAYSIZE(limits))];
        case 1:
            return (LONGLONG)random_next(random);
        default:
            return (LONGLONG)random_below(random, 13);
    }
}

static void make_value(struct arguments *arguments, struct random *random, VARIANT *value, VARTYPE type);

/* What a reference of that type points to. */
static void *make_referred(struct arguments *arguments, struct random *random, VARTYPE type)
{
    VARIANT *variant;

    if (arguments->piece_count == MAX_PIECES || random_once_in(random, 12))
        return NULL;
    variant = &arguments->pieces[arguments->piece_count++].variant;
    make_value(arguments, random, variant, type);
    return type == VT_DECIMAL ? (void *)&V_DECIMAL(variant) : (void *)&V_I8(variant);
}

static void make_reference(struct arguments *arguments, struct random *random, VARIANT *value, VARTYPE type)
{
    if (type != VT_VARIANT)
    {
        V_BYREF(value) = make_referred(arguments, random, type);
        /* A record is described beside the reference to it. */
        if (type == VT_RECORD)
            V_RECORDINFO(value) = NULL;
        return;
    }
    V_VARIANTREF(value) = NULL;
    if (arguments->piece_count == MAX_PIECES || random_once_in(random, 12))
        return;
    V_VARIANTREF(value) = &arguments->pieces[arguments->piece_count++].variant;
    /* Often a reference again: chains of all lengths. */
    make_value(arguments, random, V_VARIANTREF(value),
            random_once_in(random, 2)
                    ? VT_BYREF | VT_VARIANT
                    : (VARTYPE)(random_below(random, 24) | (random_once_in(random, 3) ? VT_BYREF : 0)));
}

/* A value of exactly that type. */
static void make_value(struct arguments *arguments, struct random *random, VARIANT *value, VARTYPE type)
{
    struct object *object;

    /* Everything that the type does not use has some bits too. */
    for (size_t i = 0; i < sizeof(*value) / sizeof(uint32_t); ++i)
        ((uint32_t *)value)[i] = (uint32_t)random_next(random);
    if (type != VT_DECIMAL)
        V_VT(value) = type;
    if (!is_type_of_variants(type))
        return;
    if (type & VT_BYREF)
    {
        make_reference(arguments, random, value, type & (VARTYPE)~VT_BYREF);
        return;
    }
    if (type & VT_ARRAY)
    {
        V_ARRAY(value) = random_once_in(random, 8) ? NULL : make_array(arguments, random, type & VT_TYPEMASK);
        return;
    }
    switch (type)
    {
        case VT_BSTR:
            V_BSTR(value) = random_once_in(random, 6) ? NULL : make_string(arguments, random);
            return;
        case VT_DISPATCH:
        case VT_UNKNOWN:
            object = random_once_in(random, 4) ? NULL : make_object(arguments, random);
            V_DISPATCH(value) = object ? &object->IDispatch_iface : NULL;
            if (type == VT_DISPATCH && object)
                object->is_unknown = FALSE;
            return;
        case VT_RECORD:
            V_RECORD(value) = NULL;
            V_RECORDINFO(value) = NULL;
            return;
        case VT_ERROR:
            V_ERROR(value) = random_once_in(random, 2) ? DISP_E_PARAMNOTFOUND : (SCODE)random_next(random);
            return;
        case VT_R4:
            V_R4(value) = (float)make_number(random) / (random_once_in(random, 2) ? 2 : 1);
            return;
        case VT_R8:
        case VT_DATE:
            V_R8(value) = (double)make_number(random) / (random_once_in(random, 2) ? 2 : 1);
            return;
        case VT_DECIMAL:
            CHECK(SUCCEEDED(VarDecFromI4((LONG)make_number(random), &V_DECIMAL(value))));
            V_VT(value) = VT_DECIMAL;
            return;
        case VT_BOOL:
            V_BOOL(value) = (VARIANT_BOOL)make_number(random);
            return;
        default:
            V_I8(value) = make_number(random);
            return;
    }
}

/* What the event declares, and legal. */
static void make_good(struct arguments *arguments, struct random *random, VARIANT *value, VARTYPE declared, LONG values)
{
    static const VARTYPE any[] = {VT_EMPTY, VT_NULL, VT_I2, VT_I4, VT_R8, VT_CY, VT_BSTR, VT_BOOL, VT_UI1, VT_I8};

    make_value(arguments, random, value, declared == VT_VARIANT ? any[random_below(random, ARRAYSIZE(any))] : declared);
    if (declared == VT_I4 && values)
        V_I4(value) = (LONG)random_below(random, (uint32_t)values);
}

static VARTYPE make_type(struct random *random)
{
    VARTYPE type = (VARTYPE)random_below(random, 24);

    switch (random_below(random, 8))
    {
        case 0:
            return (VARTYPE)random_next(random);
        case 1:
            return type | VT_ARRAY;
        case 2:
            return type | VT_ARRAY | VT_BYREF;
        case 3:
            return type | VT_BYREF;
        case 4:
            return VT_VARIANT | VT_BYREF;
        case 5:
            return random_once_in(random, 2) ? VT_RECORD : (VARTYPE)random_below(random, 80);
        default:
            return type;
    }
}

static UINT make_count(struct random *random, UINT right)
{
    static const UINT counts[] = {0, 1, 2, 3, 4, 5, 100, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff};

    return random_once_in(random, 8) ? counts[random_below(random, ARRAYSIZE(counts))] : right;
}

static void make_names(struct arguments *arguments, struct random *random)
{
    static const DISPID ids[] = {0, 1, 2, -1, DISPID_PROPERTYPUT, LONG_MAX, LONG_MIN};
    UINT count = random_once_in(random, 3) ? 1 + random_below(random, MAX_STORED) : 0;

    arguments->name_count = count;
    arguments->names = place_at_end_of_memory(count * sizeof(*arguments->names));
    for (UINT i = 0; i < count; ++i)
        arguments->names[i] = random_once_in(random, 6) ? ids[random_below(random, ARRAYSIZE(ids))]
                                                        : (DISPID)random_below(random, MAX_STORED);
    arguments->params.rgdispidNamedArgs = random_once_in(random, 20) ? NULL : arguments->names;
    /* Names that are counted but are not there may be asked for only when there are arguments for them. */
    arguments->params.cNamedArgs = random_once_in(random, 12) ? make_count(random, count) : count;
    if (arguments->params.cNamedArgs > count && arguments->params.cNamedArgs <= arguments->params.cArgs)
        arguments->params.cNamedArgs = count;
}

static uint64_t add_bytes(uint64_t sum, const void *bytes, size_t size)
{
    for (size_t i = 0; i < size; ++i)
        sum = (sum ^ ((const BYTE *)bytes)[i]) * 0x100000001b3u;
    return sum;
}

static uint64_t add_array(uint64_t sum, const SAFEARRAY *array)
{
    size_t count = 1;

    for (UINT i = 0; i < array->cDims; ++i)
        count *= array->rgsabound[i].cElements;
    sum = add_bytes(sum, array, offsetof(SAFEARRAY, rgsabound) + array->cDims * sizeof(array->rgsabound[0]));
    return add_bytes(sum, array->pvData, count * array->cbElements);
}

static uint64_t checksum(const struct arguments *arguments)
{
    uint64_t sum = add_bytes(0xcbf29ce484222325u, &arguments->params, sizeof(arguments->params));

    sum = add_bytes(sum, arguments->stored, arguments->stored_count * sizeof(*arguments->stored));
    sum = add_bytes(sum, arguments->names, arguments->name_count * sizeof(*arguments->names));
    sum = add_bytes(sum, arguments->pieces, arguments->piece_count * sizeof(*arguments->pieces));
    for (UINT i = 0; i < arguments->string_count; ++i)
        sum = add_bytes(sum, arguments->strings[i], SysStringByteLen(arguments->strings[i]) + sizeof(WCHAR));
    for (UINT i = 0; i < arguments->array_count; ++i)
        sum = add_array(sum, arguments->arrays[i]);
    return sum;
}

void arguments_make(
        struct arguments *arguments, struct random *random, UINT count, const VARTYPE *types, const LONG *values)
{
    arguments->piece_count = arguments->string_count = arguments->array_count = arguments->object_count = 0;
    arguments->params.cArgs = make_count(random, count);
    arguments->stored_count = min(arguments->params.cArgs, MAX_STORED);
    arguments->stored = place_at_end_of_memory(arguments->stored_count * sizeof(*arguments->stored));
    for (UINT i = 0; i < arguments->stored_count; ++i)
    {
        /* The last stands first. */
        UINT param = i < count ? count - 1 - i : 0;

        if (count && !random_once_in(random, 3))
            make_good(arguments, random, &arguments->stored[i], types[param], values[param]);
        else
            make_value(arguments, random, &arguments->stored[i], make_type(random));
    }
    arguments->params.rgvarg = random_once_in(random, 40) ? NULL : arguments->stored;
    make_names(arguments, random);
    arguments_seal(arguments);
}

void arguments_make_plain(struct arguments *arguments, struct random *random, UINT count, const VARTYPE *types)
{
    arguments->piece_count = arguments->string_count = arguments->array_count = arguments->object_count = 0;
    arguments->stored_count = count;
    arguments->stored = place_at_end_of_memory(count * sizeof(*arguments->stored));
    arguments->name_count = 0;
    arguments->names = place_at_end_of_memory(0);
    for (UINT i = 0; i < count; ++i)
        make_value(arguments, random, &arguments->stored[i], types[i]);
    arguments->params = (DISPPARAMS){arguments->stored, NULL, count, 0};
    arguments_seal(arguments);
}

void arguments_seal(struct arguments *arguments)
{
    arguments->checksum = checksum(arguments);
}

bool arguments_are_unchanged(const struct arguments *arguments)
{
    return arguments->checksum == checksum(arguments);
}

bool arguments_free(struct arguments *arguments)
{
    bool free = true;

    for (UINT i = 0; i < arguments->string_count; ++i)
        SysFreeString(arguments->strings[i]);
    for (UINT i = 0; i < arguments->array_count; ++i)
    {
        if (arguments->arrays[i]->cLocks)
            SafeArrayUnlock(arguments->arrays[i]);
        free = SUCCEEDED(SafeArrayDestroy(arguments->arrays[i])) && free;
    }
    for (UINT i = 0; i < arguments->object_count; ++i)
        free = arguments->objects[i].refcount == 1 && free;
    return free;
}
