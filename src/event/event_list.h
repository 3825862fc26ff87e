/*
 * Every event there is, a row for each: row(DISPID, name, parameters). The rows of an interface stand by rising DISPID,
 * without a gap. Numbers, places and bits follow from these lists (catalogue.h).
 *
 * The parameters are NONE, ONE(type, name, values) or TWO(type, name, values, type, name, values), each of VT_I4,
 * VT_BSTR, VT_BOOL or VT_VARIANT. Its values are those of an enumeration (STATES, LOGOFFS), or ANY.
 */
#ifndef VMEVENTS_EVENT_EVENT_LIST_H
#define VMEVENTS_EVENT_EVENT_LIST_H

#define MACHINE_EVENT_LIST(row)                                                                                        \
    row(1, OnStateChange, ONE(VT_I4, virtualMachineState, STATES))                                                     \
    row(2, OnRequestShutdown, NONE)                                                                                    \
    row(3, OnReset, NONE)                                                                                              \
    row(4, OnTripleFault, NONE)                                                                                        \
    row(5, OnHeartbeatStopped, NONE)                                                                                   \
    row(6, OnConfigurationChanged, TWO(VT_BSTR, configKey, ANY, VT_VARIANT, configData, ANY))                          \
    row(7, OnEnhancedVideoModeChanged, ONE(VT_BOOL, enhancedVideoMode, ANY))                                           \
    row(8, OnAdditionsUninstalled, NONE)                                                                               \
    row(9, OnAdditionsAvailable, NONE)                                                                                 \
    row(10, OnGuestShutdown, NONE)                                                                                     \
    row(11, OnGuestLogoff, ONE(VT_I4, logoffType, LOGOFFS))                                                            \
    row(12, OnDiskOutOfSpace, ONE(VT_BOOL, criticallyLow, ANY))

#define PC_EVENT_LIST(row)                                                                                             \
    row(1, OnServiceEvent, ONE(VT_I4, logMessageID, ANY))                                                              \
    row(2, OnVMStateChange, TWO(VT_BSTR, virtualMachineConfig, ANY, VT_I4, virtualMachineState, STATES))               \
    row(3, OnEventLogged, ONE(VT_I4, logMessageID, ANY))                                                               \
    row(4, OnHeartbeatStopped, ONE(VT_BSTR, virtualMachineConfig, ANY))

#define DVD_EVENT_LIST(row)                                                                                            \
    row(1, OnMediaInsert, ONE(VT_BSTR, mediaPath, ANY))                                                                \
    row(2, OnMediaEject, ONE(VT_BSTR, mediaPath, ANY))

#define FLOPPY_EVENT_LIST(row)                                                                                         \
    row(1, OnMediaInsert, ONE(VT_BSTR, mediaPath, ANY))                                                                \
    row(2, OnMediaEject, ONE(VT_BSTR, mediaPath, ANY))

/* The interfaces, in the order in which their events stand: interface_(index, name, list of its events). */
#define EVENT_INTERFACE_LIST(interface_)                                                                               \
    interface_(MACHINE_EVENTS, IVMVirtualMachineEvents, MACHINE_EVENT_LIST)                                            \
    interface_(PC_EVENTS, IVMVirtualPCEvents, PC_EVENT_LIST)                                                           \
    interface_(DVD_EVENTS, IVMDVDDriveEvents, DVD_EVENT_LIST)                                                          \
    interface_(FLOPPY_EVENTS, IVMFloppyDriveEvents, FLOPPY_EVENT_LIST)

/*
 * Virtual Server 2005 fires the same events by interfaces of its own, which have other IIDs:
 * server_(index, name, how many of the events it has, from the first, Virtual PC's interface of these events).
 */
#define SERVER_INTERFACE_LIST(server_)                                                                                 \
    server_(MACHINE_EVENTS, IVMVirtualMachineEvents, 6, IVMVirtualMachineEvents)                                       \
    server_(PC_EVENTS, IVMVirtualServerEvents, 4, IVMVirtualPCEvents)                                                  \
    server_(DVD_EVENTS, IVMDVDDriveEvents, 2, IVMDVDDriveEvents)                                                       \
    server_(FLOPPY_EVENTS, IVMFloppyDriveEvents, 2, IVMFloppyDriveEvents)

#endif
