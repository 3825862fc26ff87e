#include "sink/argument.h"

#include "event/given.h"

bool argument_resolve(VARIANT *value)
{
    for (unsigned int i = 0; V_VT(value) == (VT_BYREF | VT_VARIANT) && V_VARIANTREF(value) && i < GIVEN_REFERENCES_MAX;
            ++i)
        *value = *V_VARIANTREF(value);
    if (!(V_VT(value) & VT_BYREF))
        return true;
    if (!V_BYREF(value) || V_VT(value) == (VT_BYREF | VT_VARIANT))
        return false;
    switch (V_VT(value) & ~VT_BYREF)
    {
        case VT_BSTR:
        case VT_DISPATCH:
        case VT_UNKNOWN:
            break;
        default:
            if (!(V_VT(value) & VT_ARRAY))
                return true;
    }
    V_BYREF(value) = *(void **)V_BYREF(value);
    V_VT(value) &= ~VT_BYREF;
    return true;
}
