/* What an error says of a call to an object of another apartment or process. */
#ifndef VMEVENTS_COM_CALL_ERROR_H
#define VMEVENTS_COM_CALL_ERROR_H

#include <windows.h>

enum call_error
{
    CALL_ERROR_OWN,  /* the object's own: it has been called */
    CALL_ERROR_GONE, /* there is nobody any more who could be called */
    CALL_ERROR_BUSY, /* the message filter of the object's program rejects calls for now: it has not been called */
    CALL_ERROR_LOST  /* COM's: whether it has been called is not known */
};

/* By the documentation of IMessageFilter, and of the errors of COM and RPC. An object that returns such an error by itself
 * is taken at its word. */
enum call_error call_error_tell(HRESULT hr);

#endif
