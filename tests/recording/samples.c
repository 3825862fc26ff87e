#include "samples.h"

#include "support/test.h"

#include "recording/recorded_object.h"

#include <math.h>

static VARIANT text(const WCHAR *string, UINT length)
{
    VARIANT value = {.vt = VT_BSTR};

    assert_non_null(V_BSTR(&value) = SysAllocStringLen(string, length));
    return value;
}

static VARIANT decimal(ULONG high, ULONGLONG low, BYTE scale, BYTE sign)
{
    VARIANT value;

    memset(&value, 0, sizeof(value));
    V_DECIMAL(&value).Hi32 = high;
    V_DECIMAL(&value).Lo64 = low;
    V_DECIMAL(&value).scale = scale;
    V_DECIMAL(&value).sign = sign;
    V_VT(&value) = VT_DECIMAL;
    return value;
}

/* An array of two dimensions with other lower bounds than 0. On its way to another process Wine 8 turns the dimensions of an
 * array of objects around, so that these are alike. */
static VARIANT table(VARTYPE type, ULONG rows, ULONG columns)
{
    bool alike = type == VT_DISPATCH || type == VT_UNKNOWN;
    SAFEARRAYBOUND bounds[] = {{rows, 1}, {columns, alike ? 1 : -3}};
    VARIANT value;

    V_VT(&value) = VT_ARRAY | type;
    assert_non_null(V_ARRAY(&value) = SafeArrayCreate(type, 2, bounds));
    return value;
}

/* An array around the value, which becomes its. */
static VARIANT around(VARIANT element)
{
    VARIANT value, *elements;

    V_VT(&value) = VT_ARRAY | VT_VARIANT;
    assert_non_null(V_ARRAY(&value) = SafeArrayCreateVector(VT_VARIANT, 0, 2));
    assert_int_equal(SafeArrayAccessData(V_ARRAY(&value), (void **)&elements), S_OK);
    elements[1] = element;
    SafeArrayUnaccessData(V_ARRAY(&value));
    return value;
}

static VARIANT strings(void)
{
    VARIANT value = table(VT_BSTR, 1, 3);
    BSTR *elements;

    assert_int_equal(SafeArrayAccessData(V_ARRAY(&value), (void **)&elements), S_OK);
    elements[0] = SysAllocString(L"a \"b\"");
    elements[1] = SysAllocStringLen(L"\xd800", 1);
    SafeArrayUnaccessData(V_ARRAY(&value));
    return value;
}

static VARIANT numbers(void)
{
    VARIANT value = table(VT_I2, 2, 3);
    SHORT *elements;

    assert_int_equal(SafeArrayAccessData(V_ARRAY(&value), (void **)&elements), S_OK);
    for (SHORT i = 0; i < 6; ++i)
        elements[i] = 100 - i;
    SafeArrayUnaccessData(V_ARRAY(&value));
    return value;
}

static VARIANT deep(UINT depth)
{
    VARIANT value = {.vt = VT_NULL};

    while (depth--)
        value = around(value);
    return value;
}

static VARIANT object(VARTYPE type, bool nothing)
{
    VARIANT value;

    V_VT(&value) = type;
    V_DISPATCH(&value) = nothing ? NULL : recorded_object_get();
    return value;
}

static VARIANT bytes(void)
{
    VARIANT value = {.vt = VT_BSTR};

    assert_non_null(V_BSTR(&value) = SysAllocStringByteLen("odd", 3));
    return value;
}

#define SAMPLE(type, member, number)                                                                                   \
    (VARIANT)                                                                                                          \
    {                                                                                                                  \
        .vt = type, .member = number                                                                                   \
    }

bool sample_make(UINT place, VARIANT *value)
{
    static const VARTYPE element_types[] = {VT_I1, VT_UI1, VT_I2, VT_UI2, VT_I4, VT_UI4, VT_INT, VT_UINT, VT_I8, VT_UI8,
            VT_R4, VT_R8, VT_CY, VT_DATE, VT_BSTR, VT_DISPATCH, VT_UNKNOWN, VT_ERROR, VT_BOOL, VT_VARIANT, VT_DECIMAL};
    const VARIANT plain[] = {
            SAMPLE(VT_EMPTY, lVal, 0),
            SAMPLE(VT_NULL, lVal, 0),
            SAMPLE(VT_I1, cVal, -128),
            SAMPLE(VT_UI1, bVal, 255),
            SAMPLE(VT_I2, iVal, -32768),
            SAMPLE(VT_UI2, uiVal, 65535),
            SAMPLE(VT_I4, lVal, (LONG)0x80000000),
            SAMPLE(VT_UI4, ulVal, 0xffffffff),
            SAMPLE(VT_INT, intVal, -7),
            SAMPLE(VT_UINT, uintVal, 4000000000u),
            SAMPLE(VT_I8, llVal, MINLONGLONG),
            SAMPLE(VT_I8, llVal, 9007199254740993),
            SAMPLE(VT_UI8, ullVal, ULLONG_MAX),
            SAMPLE(VT_R4, fltVal, 0.1f),
            SAMPLE(VT_R4, fltVal, -INFINITY),
            SAMPLE(VT_R8, dblVal, 0.1 + 0.2),
            SAMPLE(VT_R8, dblVal, 2),
            SAMPLE(VT_R8, dblVal, -0.0),
            SAMPLE(VT_R8, dblVal, 1e20),
            SAMPLE(VT_R8, dblVal, 5e-324),
            SAMPLE(VT_R8, dblVal, INFINITY),
            SAMPLE(VT_R8, dblVal, NAN),
            SAMPLE(VT_CY, llVal, MINLONGLONG),
            SAMPLE(VT_CY, llVal, 20000),
            SAMPLE(VT_DATE, date, 46053.75 + 1.0 / 86400000),
            SAMPLE(VT_DATE, date, -657434.25),
            SAMPLE(VT_DATE, date, 1e300),
            SAMPLE(VT_ERROR, scode, E_FAIL),
            SAMPLE(VT_BOOL, boolVal, VARIANT_TRUE),
            SAMPLE(VT_BOOL, boolVal, VARIANT_FALSE),
    };
    UINT count = ARRAYSIZE(plain);

    if (place < count)
        return *value = plain[place], true;
    place -= count;
    if (place < ARRAYSIZE(element_types))
        return *value = table(element_types[place], 2, 2), true;
    place -= ARRAYSIZE(element_types);
    switch (place)
    {
        case 0:
            return *value = text(L"C:\\a \"b\"\r\n\0\x1b\x202e \xd83d\xde00", 17), true;
        case 1:
            return *value = text(L"half \xd800", 6), true;
        case 2:
            return *value = text(NULL, 0), true;
        case 3:
            return *value = bytes(), true;
        case 4:
            return *value = decimal(0xffffffff, ULLONG_MAX, 28, DECIMAL_NEG), true;
        case 5:
            return *value = decimal(0, 150, 2, 0), true;
        case 6:
            return *value = decimal(0, 0, 28, 0), true;
        case 7:
            return *value = object(VT_DISPATCH, false), true;
        case 8:
            return *value = object(VT_UNKNOWN, false), true;
        case 9:
            return *value = object(VT_DISPATCH, true), true;
        case 10:
            return *value = table(VT_I4, 3, 0), true;
        case 11:
            return *value = strings(), true;
        case 12:
            return *value = numbers(), true;
        case 13:
            return *value = around(numbers()), true;
        case 14:
            return *value = around(text(L"x", 1)), true;
        case 15:
            return *value = deep(12), true;
        case 16:
            return *value = table(VT_UI1, 40, 40), true;
        default:
            return false;
    }
}
