//go:build windows

// Code generated from idl/vmevents.idl by idl/languages/go.pl; DO NOT EDIT.

package vmevents

import "syscall"

// The interfaces, those of the events and those that are called, and the classes.
var (
	iid_IVMEventRecord           = syscall.GUID{Data1: 0x1095de68, Data2: 0x0989, Data3: 0x46ab, Data4: [8]byte{0x95, 0x5e, 0xf2, 0x38, 0x67, 0xd4, 0x11, 0xe8}}
	iid_IVMEventCollection       = syscall.GUID{Data1: 0xaeb1097d, Data2: 0xd506, Data3: 0x4ca0, Data4: [8]byte{0xbb, 0xaa, 0xa5, 0x21, 0x47, 0x24, 0xd4, 0x7d}}
	iid_IVMEventDescription      = syscall.GUID{Data1: 0xfaac0ce8, Data2: 0xb953, Data3: 0x4e4b, Data4: [8]byte{0xa6, 0x04, 0xd5, 0x66, 0x8a, 0xb4, 0x82, 0x27}}
	iid_IVMEventParameter        = syscall.GUID{Data1: 0x8761ed28, Data2: 0xe03a, Data3: 0x4af7, Data4: [8]byte{0xa2, 0x2b, 0x35, 0xee, 0x3c, 0xfb, 0x87, 0x34}}
	iid_IVMEventValue            = syscall.GUID{Data1: 0x081e0822, Data2: 0xc44d, Data3: 0x4ae7, Data4: [8]byte{0x8e, 0x06, 0x35, 0x0d, 0x6a, 0xc8, 0xd3, 0x54}}
	iid_IVMEventFailure          = syscall.GUID{Data1: 0xfaf4d4c1, Data2: 0x8196, Data3: 0x4aa6, Data4: [8]byte{0xbd, 0x5f, 0xf5, 0xf5, 0x63, 0xeb, 0x22, 0xc6}}
	iid_IVMEventSink             = syscall.GUID{Data1: 0x7107b954, Data2: 0x9a86, Data3: 0x49f9, Data4: [8]byte{0x9a, 0xba, 0xa5, 0x2f, 0x2a, 0x98, 0xfc, 0xaf}}
	iid_IVMEventMachine          = syscall.GUID{Data1: 0x91be3246, Data2: 0xb78f, Data3: 0x41da, Data4: [8]byte{0xab, 0x22, 0x7a, 0x42, 0x02, 0x6c, 0x71, 0x3e}}
	iid_IVMEventMachines         = syscall.GUID{Data1: 0x49415990, Data2: 0x9793, Data3: 0x43a3, Data4: [8]byte{0xa2, 0xe3, 0x92, 0x45, 0x18, 0xdb, 0x2f, 0x4e}}
	iid_IVMEventAvailable        = syscall.GUID{Data1: 0xf152c8a3, Data2: 0xa3d9, Data3: 0x4c5a, Data4: [8]byte{0x83, 0xd1, 0xda, 0x26, 0xa2, 0xbc, 0xd4, 0xc6}}
	iid_IVMEventHost             = syscall.GUID{Data1: 0xaca91da0, Data2: 0x565a, Data3: 0x4bc8, Data4: [8]byte{0xa6, 0x08, 0xe6, 0x3c, 0xdb, 0x88, 0xdd, 0x48}}
	DIID_IVMVirtualMachineEvents = syscall.GUID{Data1: 0x9d84f560, Data2: 0xbb67, Data3: 0x4961, Data4: [8]byte{0xbd, 0x12, 0xa4, 0xda, 0x78, 0x0c, 0x67, 0xe4}}
	DIID_IVMVirtualPCEvents      = syscall.GUID{Data1: 0xefed1ef1, Data2: 0x3c09, Data3: 0x41f7, Data4: [8]byte{0xa9, 0xc2, 0x7e, 0x29, 0xfa, 0x28, 0x6c, 0x9d}}
	DIID_IVMDVDDriveEvents       = syscall.GUID{Data1: 0xc2a7d8e9, Data2: 0xe76c, Data3: 0x4eb8, Data4: [8]byte{0x94, 0xf7, 0x71, 0xa5, 0x12, 0x2d, 0x24, 0x9b}}
	DIID_IVMFloppyDriveEvents    = syscall.GUID{Data1: 0xa9ed3401, Data2: 0x4e09, Data3: 0x4177, Data4: [8]byte{0x86, 0xec, 0xa1, 0x3b, 0xf9, 0xfa, 0x7d, 0x4e}}
	clsid_VMEventSink            = syscall.GUID{Data1: 0x70112073, Data2: 0x6c7c, Data3: 0x44ae, Data4: [8]byte{0xbf, 0x7b, 0x1d, 0x39, 0x8d, 0x5c, 0xce, 0x05}}
	clsid_VMEventHost            = syscall.GUID{Data1: 0x8fb49daf, Data2: 0x3189, Data3: 0x4acb, Data4: [8]byte{0xba, 0xba, 0x35, 0x8b, 0x02, 0x00, 0xef, 0xfa}}
)

// VMLogoffType: How a user left the guest operating system.
type VMLogoffType int32

const (
	VmLogoff_Normal   VMLogoffType = 0 // The user logged off.
	VmLogoff_Forced   VMLogoffType = 1 // The user was logged off against their will, or the session was lost.
	VmLogoff_External VMLogoffType = 2 // A program outside the guest asked for the logoff.
)

// VMVMState: The state of a virtual machine.
type VMVMState int32

const (
	VmVMState_Invalid       VMVMState = 0
	VmVMState_TurnedOff     VMVMState = 1
	VmVMState_Saved         VMVMState = 2
	VmVMState_TurningOn     VMVMState = 3
	VmVMState_Restoring     VMVMState = 4
	VmVMState_Running       VMVMState = 5
	VmVMState_Paused        VMVMState = 6
	VmVMState_Saving        VMVMState = 7
	VmVMState_TurningOff    VMVMState = 8
	VmVMState_MergingDrives VMVMState = 9
	VmVMState_DeleteMachine VMVMState = 10
)

// VMVirtualMachineEvents: DISPIDs of IVMVirtualMachineEvents.
type VMVirtualMachineEvents int32

const (
	VmVirtualMachineEvent_StateChanged             VMVirtualMachineEvents = 1
	VmVirtualMachineEvent_RequestShutdown          VMVirtualMachineEvents = 2
	VmVirtualMachineEvent_Reset                    VMVirtualMachineEvents = 3
	VmVirtualMachineEvent_TripleFault              VMVirtualMachineEvents = 4
	VmVirtualMachineEvent_HeartbeatStopped         VMVirtualMachineEvents = 5
	VmVirtualMachineEvent_ConfigurationChanged     VMVirtualMachineEvents = 6
	VmVirtualMachineEvent_EnhancedVideoModeChanged VMVirtualMachineEvents = 7
	VmVirtualMachineEvent_AdditionsUninstalled     VMVirtualMachineEvents = 8
	VmVirtualMachineEvent_AdditionsAvailable       VMVirtualMachineEvents = 9
	VmVirtualMachineEvent_GuestShutdown            VMVirtualMachineEvents = 10
	VmVirtualMachineEvent_GuestLogoff              VMVirtualMachineEvents = 11
	VmVirtualMachineEvent_DiskOutOfSpace           VMVirtualMachineEvents = 12
)

// VMVirtualPCEvent: DISPIDs of IVMVirtualPCEvents.
type VMVirtualPCEvent int32

const (
	VmVirtualPCEvent_ServiceEvent       VMVirtualPCEvent = 1
	VmVirtualPCEvent_VMStateChange      VMVirtualPCEvent = 2
	VmVirtualPCEvent_EventLogged        VMVirtualPCEvent = 3
	VmVirtualPCEvent_VMHeartbeatStopped VMVirtualPCEvent = 4
)

// VMDVDDriveEvent: DISPIDs of IVMDVDDriveEvents.
type VMDVDDriveEvent int32

const (
	VmDVDDriveEvent_OnInsert VMDVDDriveEvent = 1
	VmDVDDriveEvent_OnEject  VMDVDDriveEvent = 2
)

// VmFloppyDriveEvent: DISPIDs of IVMFloppyDriveEvents.
type VmFloppyDriveEvent int32

const (
	VmFloppyDriveEvent_OnInsert VmFloppyDriveEvent = 1
	VmFloppyDriveEvent_OnEject  VmFloppyDriveEvent = 2
)

// The table of IVMEventRecord.
const (
	eventRecordGetText       = 7
	eventRecordGetSequence   = 8
	eventRecordGetTime       = 9
	eventRecordGetSource     = 10
	eventRecordGetInterface  = 11
	eventRecordGetName       = 12
	eventRecordGetId         = 13
	eventRecordGetArguments  = 14
	eventRecordGetValue      = 15
	eventRecordGetEnumerator = 16
	eventRecordGetJson       = 17
	eventRecordGetTimeText   = 18
	eventRecordGetDetails    = 19
)

// The table of IVMEventCollection.
const (
	eventCollectionGetItem    = 7
	eventCollectionGetCount   = 8
	eventCollectionGetNewEnum = 9
)

// The table of IVMEventDescription.
const (
	eventDescriptionGetText       = 7
	eventDescriptionGetInterface  = 8
	eventDescriptionGetName       = 9
	eventDescriptionGetId         = 10
	eventDescriptionGetParameters = 11
)

// The table of IVMEventParameter.
const (
	eventParameterGetName   = 7
	eventParameterGetType   = 8
	eventParameterGetValues = 9
)

// The table of IVMEventValue.
const (
	eventValueGetValue = 7
	eventValueGetName  = 8
)

// The table of IVMEventFailure.
const (
	eventFailureGetText        = 7
	eventFailureGetRecord      = 8
	eventFailureGetNumber      = 9
	eventFailureGetDescription = 10
	eventFailureGetSource      = 11
	eventFailureGetEvent       = 12
	eventFailureGetLabel       = 13
)

// The table of IVMEventSink.
const (
	eventSinkOnStateChange              = 7
	eventSinkOnRequestShutdown          = 8
	eventSinkOnReset                    = 9
	eventSinkOnTripleFault              = 10
	eventSinkOnHeartbeatStopped         = 11
	eventSinkOnConfigurationChanged     = 12
	eventSinkOnEnhancedVideoModeChanged = 13
	eventSinkOnAdditionsUninstalled     = 14
	eventSinkOnAdditionsAvailable       = 15
	eventSinkOnGuestShutdown            = 16
	eventSinkOnGuestLogoff              = 17
	eventSinkOnDiskOutOfSpace           = 18
	eventSinkSubscribe                  = 19
	eventSinkUnsubscribe                = 20
	eventSinkConnect                    = 21
	eventSinkDisconnect                 = 22
	eventSinkNextEvent                  = 23
	eventSinkRun                        = 24
	eventSinkStop                       = 25
	eventSinkGetQueueCapacity           = 26
	eventSinkSetQueueCapacity           = 27
	eventSinkGetReceived                = 28
	eventSinkGetRejected                = 29
	eventSinkGetFailed                  = 30
	eventSinkGetDropped                 = 31
	eventSinkCatchUp                    = 32
	eventSinkUnsubscribeAll             = 33
	eventSinkGetSubscriptions           = 34
	eventSinkWaitFor                    = 35
	eventSinkGetLastFailure             = 36
	eventSinkGetEvents                  = 37
	eventSinkEventsOf                   = 38
)

// The table of IVMEventMachine.
const (
	eventMachineGetName      = 7
	eventMachineGetState     = 8
	eventMachineRaise        = 9
	eventMachinePlay         = 10
	eventMachineGetAddress   = 11
	eventMachineGetConnected = 12
	eventMachineGetFault     = 13
	eventMachineLogoffGuest  = 14
	eventMachineSettle       = 15
	eventMachineGetEvents    = 16
)

// The table of IVMEventMachines.
const (
	eventMachinesGetItem    = 7
	eventMachinesGetCount   = 8
	eventMachinesGetNewEnum = 9
	eventMachinesSettle     = 10
)

// The table of IVMEventAvailable.
const (
	eventAvailableGetAddress = 7
	eventAvailableGetName    = 8
	eventAvailableGetState   = 9
	eventAvailableGetMachine = 10
)

// The table of IVMEventHost.
const (
	eventHostCreateMachine = 7
	eventHostFindMachine   = 8
	eventHostRemoveMachine = 9
	eventHostGetMachines   = 10
	eventHostOpenMachine   = 11
	eventHostSettle        = 12
	eventHostGetDropped    = 13
	eventHostRaise         = 14
	eventHostGetEvents     = 15
	eventHostAvailable     = 16
	eventHostPlay          = 17
)
