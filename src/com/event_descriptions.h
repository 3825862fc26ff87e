/*
 * What events there are, for scripts and editors: the collections behind `Events`, made of the catalogue; and what an
 * event has for details. Their objects never change, and may be called on any thread.
 */
#ifndef VMEVENTS_COM_EVENT_DESCRIPTIONS_H
#define VMEVENTS_COM_EVENT_DESCRIPTIONS_H

#include "event/catalogue.h"
#include "event/details.h"

/* The events whose bits are set, in the order of the catalogue. S_OK, E_POINTER, E_OUTOFMEMORY */
HRESULT event_descriptions_create(uint32_t events, IVMEventCollection **collection);

/* Those of Virtual Server's interfaces among them are described as that has them: `of_server` has the bits of such. */
HRESULT event_descriptions_create_of(uint32_t events, uint32_t of_server, IVMEventCollection **collection);

/* What is known of one event besides its arguments, as values with names. NULL: nothing. */
HRESULT details_collection_create(struct details *details, IVMEventCollection **collection);

#endif
