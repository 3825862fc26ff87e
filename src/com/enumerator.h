/* Enumerators over a copy of what there was when they were made. Each has a reference to its owner, the object that
 * made it. S_OK, E_OUTOFMEMORY */
#ifndef VMEVENTS_COM_ENUMERATOR_H
#define VMEVENTS_COM_ENUMERATOR_H

#include <windows.h>
#include <ocidl.h>

/* IEnumConnectionPoints over count points, which are addrefed; they keep the owner. */
HRESULT enum_connection_points_create(IConnectionPoint *const *points, UINT count, IEnumConnectionPoints **enumerator);

/* IEnumConnections over count connections, whose pUnk are addrefed. */
HRESULT enum_connections_create(
        const CONNECTDATA *connections, UINT count, IUnknown *owner, IEnumConnections **enumerator);

/* IEnumVARIANT over count values, which are copied. */
HRESULT enum_variant_create(const VARIANT *values, UINT count, IUnknown *owner, IEnumVARIANT **enumerator);

#endif
