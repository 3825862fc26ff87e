/* Errors that say what was wrong: an HRESULT with a description for IErrorInfo and EXCEPINFO. */
#ifndef VMEVENTS_COM_ERROR_INFO_H
#define VMEVENTS_COM_ERROR_INFO_H

#include "event/text.h"

/* Sets the thread's error object and returns hr. The description is freed here; NULL is allowed. */
HRESULT error_raise(HRESULT hr, REFIID iid, const WCHAR *source, BSTR description);

/* The same, with the description put together from a format of _snwprintf, however long it gets. A string that a caller
 * gave, or that may be long, does not go through %ls: text_append_quote quotes it, for error_raise_text. */
HRESULT error_raise_format(HRESULT hr, REFIID iid, const WCHAR *source, const WCHAR *format, ...);

/* The same, with the text as the description; the text is freed here. Both return E_OUTOFMEMORY, in place of hr, when
 * there is no memory for the description. */
HRESULT error_raise_text(HRESULT hr, REFIID iid, const WCHAR *source, struct text *text);

/* Fills an EXCEPINFO, if there is one, and returns DISP_E_EXCEPTION. The description becomes the EXCEPINFO's. */
HRESULT error_raise_exception(EXCEPINFO *exception, HRESULT hr, const WCHAR *source, BSTR description);

/* Before a call whose error may come with an error object of the thread: what an earlier one has left there goes. */
void error_forget(void);

/* After a call of IDispatch::Invoke that failed by hr: what the EXCEPINFO leaves out is had from whoever was called, or from
 * the thread's error object. Returns the error itself, in place of DISP_E_EXCEPTION. */
HRESULT error_complete(EXCEPINFO *exception, HRESULT hr);

/* Frees the strings of an EXCEPINFO, which is all zeros when there are none. */
void error_clear(EXCEPINFO *exception);

#endif
