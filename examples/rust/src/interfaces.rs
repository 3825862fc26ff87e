//! The interfaces as COM has them.
//!
//! Made from idl/vmevents.idl by idl/languages/rust.pl; the target `update_header` makes it again.
#![allow(missing_docs, non_camel_case_types, non_snake_case, non_upper_case_globals)]

use winapi::shared::wtypes::{BSTR, DATE, VARIANT_BOOL};
use winapi::um::oaidl::{IDispatch, IDispatchVtbl, SAFEARRAY, VARIANT};
use winapi::um::unknwnbase::IUnknown;
use winapi::um::winnt::{HRESULT, LONG};
use winapi::{DEFINE_GUID, RIDL};

/// How a user left the guest operating system.
pub type VMLogoffType = i32;
/// The user logged off.
pub const vmLogoff_Normal: VMLogoffType = 0;
/// The user was logged off against their will, or the session was lost.
pub const vmLogoff_Forced: VMLogoffType = 1;
/// A program outside the guest asked for the logoff.
pub const vmLogoff_External: VMLogoffType = 2;

/// The state of a virtual machine.
pub type VMVMState = i32;
pub const vmVMState_Invalid: VMVMState = 0;
pub const vmVMState_TurnedOff: VMVMState = 1;
pub const vmVMState_Saved: VMVMState = 2;
pub const vmVMState_TurningOn: VMVMState = 3;
pub const vmVMState_Restoring: VMVMState = 4;
pub const vmVMState_Running: VMVMState = 5;
pub const vmVMState_Paused: VMVMState = 6;
pub const vmVMState_Saving: VMVMState = 7;
pub const vmVMState_TurningOff: VMVMState = 8;
pub const vmVMState_MergingDrives: VMVMState = 9;
pub const vmVMState_DeleteMachine: VMVMState = 10;

/// DISPIDs of IVMVirtualMachineEvents.
pub type VMVirtualMachineEvents = i32;
pub const vmVirtualMachineEvent_StateChanged: VMVirtualMachineEvents = 1;
pub const vmVirtualMachineEvent_RequestShutdown: VMVirtualMachineEvents = 2;
pub const vmVirtualMachineEvent_Reset: VMVirtualMachineEvents = 3;
pub const vmVirtualMachineEvent_TripleFault: VMVirtualMachineEvents = 4;
pub const vmVirtualMachineEvent_HeartbeatStopped: VMVirtualMachineEvents = 5;
pub const vmVirtualMachineEvent_ConfigurationChanged: VMVirtualMachineEvents = 6;
pub const vmVirtualMachineEvent_EnhancedVideoModeChanged: VMVirtualMachineEvents = 7;
pub const vmVirtualMachineEvent_AdditionsUninstalled: VMVirtualMachineEvents = 8;
pub const vmVirtualMachineEvent_AdditionsAvailable: VMVirtualMachineEvents = 9;
pub const vmVirtualMachineEvent_GuestShutdown: VMVirtualMachineEvents = 10;
pub const vmVirtualMachineEvent_GuestLogoff: VMVirtualMachineEvents = 11;
pub const vmVirtualMachineEvent_DiskOutOfSpace: VMVirtualMachineEvents = 12;

/// DISPIDs of IVMVirtualPCEvents.
pub type VMVirtualPCEvent = i32;
pub const vmVirtualPCEvent_ServiceEvent: VMVirtualPCEvent = 1;
pub const vmVirtualPCEvent_VMStateChange: VMVirtualPCEvent = 2;
pub const vmVirtualPCEvent_EventLogged: VMVirtualPCEvent = 3;
pub const vmVirtualPCEvent_VMHeartbeatStopped: VMVirtualPCEvent = 4;

/// DISPIDs of IVMDVDDriveEvents.
pub type VMDVDDriveEvent = i32;
pub const vmDVDDriveEvent_OnInsert: VMDVDDriveEvent = 1;
pub const vmDVDDriveEvent_OnEject: VMDVDDriveEvent = 2;

/// DISPIDs of IVMFloppyDriveEvents.
pub type vmFloppyDriveEvent = i32;
pub const vmFloppyDriveEvent_OnInsert: vmFloppyDriveEvent = 1;
pub const vmFloppyDriveEvent_OnEject: vmFloppyDriveEvent = 2;

// One event as it was received; never changes.
RIDL! {#[uuid(0x1095de68, 0x0989, 0x46ab, 0x95, 0x5e, 0xf2, 0x38, 0x67, 0xd4, 0x11, 0xe8)]
interface IVMEventRecord(IVMEventRecordVtbl): IDispatch(IDispatchVtbl) {
    fn get_Text(
        text: *mut BSTR,
    ) -> HRESULT,
    fn get_Sequence(
        sequence: *mut LONG,
    ) -> HRESULT,
    fn get_Time(
        time: *mut DATE,
    ) -> HRESULT,
    fn get_Source(
        source: *mut BSTR,
    ) -> HRESULT,
    fn get_Interface(
        name: *mut BSTR,
    ) -> HRESULT,
    fn get_Name(
        name: *mut BSTR,
    ) -> HRESULT,
    fn get_Id(
        id: *mut LONG,
    ) -> HRESULT,
    fn get_Arguments(
        arguments: *mut VARIANT,
    ) -> HRESULT,
    fn get_Value(
        argument: VARIANT,
        value: *mut VARIANT,
    ) -> HRESULT,
    fn get_Enumerator(
        argument: VARIANT,
        name: *mut BSTR,
    ) -> HRESULT,
    fn get_Json(
        json: *mut BSTR,
    ) -> HRESULT,
    fn get_TimeText(
        text: *mut BSTR,
    ) -> HRESULT,
    fn get_Details(
        name: VARIANT,
        details: *mut VARIANT,
    ) -> HRESULT,
}}

// Events, parameters of one, values of one of these, details of an event, or machines that can be opened; never changes.
RIDL! {#[uuid(0xaeb1097d, 0xd506, 0x4ca0, 0xbb, 0xaa, 0xa5, 0x21, 0x47, 0x24, 0xd4, 0x7d)]
interface IVMEventCollection(IVMEventCollectionVtbl): IDispatch(IDispatchVtbl) {
    fn get_Item(
        index: VARIANT,
        item: *mut VARIANT,
    ) -> HRESULT,
    fn get_Count(
        count: *mut LONG,
    ) -> HRESULT,
    fn get__NewEnum(
        enumerator: *mut *mut IUnknown,
    ) -> HRESULT,
}}

// An event that there is.
RIDL! {#[uuid(0xfaac0ce8, 0xb953, 0x4e4b, 0xa6, 0x04, 0xd5, 0x66, 0x8a, 0xb4, 0x82, 0x27)]
interface IVMEventDescription(IVMEventDescriptionVtbl): IDispatch(IDispatchVtbl) {
    fn get_Text(
        text: *mut BSTR,
    ) -> HRESULT,
    fn get_Interface(
        name: *mut BSTR,
    ) -> HRESULT,
    fn get_Name(
        name: *mut BSTR,
    ) -> HRESULT,
    fn get_Id(
        id: *mut LONG,
    ) -> HRESULT,
    fn get_Parameters(
        parameters: *mut *mut IVMEventCollection,
    ) -> HRESULT,
}}

// A parameter of an event.
RIDL! {#[uuid(0x8761ed28, 0xe03a, 0x4af7, 0xa2, 0x2b, 0x35, 0xee, 0x3c, 0xfb, 0x87, 0x34)]
interface IVMEventParameter(IVMEventParameterVtbl): IDispatch(IDispatchVtbl) {
    fn get_Name(
        name: *mut BSTR,
    ) -> HRESULT,
    fn get_Type(
        type_: *mut BSTR,
    ) -> HRESULT,
    fn get_Values(
        values: *mut *mut IVMEventCollection,
    ) -> HRESULT,
}}

// A value with a name: an enumerator, or a detail of an event.
RIDL! {#[uuid(0x081e0822, 0xc44d, 0x4ae7, 0x8e, 0x06, 0x35, 0x0d, 0x6a, 0xc8, 0xd3, 0x54)]
interface IVMEventValue(IVMEventValueVtbl): IDispatch(IDispatchVtbl) {
    fn get_Value(
        value: *mut VARIANT,
    ) -> HRESULT,
    fn get_Name(
        name: *mut BSTR,
    ) -> HRESULT,
}}

// What went wrong with an event: a handler that failed, or an event that was refused; never changes.
RIDL! {#[uuid(0xfaf4d4c1, 0x8196, 0x4aa6, 0xbd, 0x5f, 0xf5, 0xf5, 0x63, 0xeb, 0x22, 0xc6)]
interface IVMEventFailure(IVMEventFailureVtbl): IDispatch(IDispatchVtbl) {
    fn get_Text(
        text: *mut BSTR,
    ) -> HRESULT,
    fn get_Record(
        record: *mut *mut IVMEventRecord,
    ) -> HRESULT,
    fn get_Number(
        number: *mut LONG,
    ) -> HRESULT,
    fn get_Description(
        description: *mut BSTR,
    ) -> HRESULT,
    fn get_Source(
        source: *mut BSTR,
    ) -> HRESULT,
    fn get_Event(
        name: *mut BSTR,
    ) -> HRESULT,
    fn get_Label(
        label: *mut BSTR,
    ) -> HRESULT,
}}

// Validates virtual machine events and dispatches them to whoever registered.
RIDL! {#[uuid(0x7107b954, 0x9a86, 0x49f9, 0x9a, 0xba, 0xa5, 0x2f, 0x2a, 0x98, 0xfc, 0xaf)]
interface IVMEventSink(IVMEventSinkVtbl): IDispatch(IDispatchVtbl) {
    fn OnStateChange(
        virtualMachineState: VMVMState,
    ) -> HRESULT,
    fn OnRequestShutdown() -> HRESULT,
    fn OnReset() -> HRESULT,
    fn OnTripleFault() -> HRESULT,
    fn OnHeartbeatStopped() -> HRESULT,
    fn OnConfigurationChanged(
        configKey: BSTR,
        configData: VARIANT,
    ) -> HRESULT,
    fn OnEnhancedVideoModeChanged(
        enhancedVideoMode: VARIANT_BOOL,
    ) -> HRESULT,
    fn OnAdditionsUninstalled() -> HRESULT,
    fn OnAdditionsAvailable() -> HRESULT,
    fn OnGuestShutdown() -> HRESULT,
    fn OnGuestLogoff(
        logoffType: VMLogoffType,
    ) -> HRESULT,
    fn OnDiskOutOfSpace(
        criticallyLow: VARIANT_BOOL,
    ) -> HRESULT,
    fn Subscribe(
        event: VARIANT,
        handler: VARIANT,
        source: BSTR,
        cookie: *mut LONG,
    ) -> HRESULT,
    fn Unsubscribe(
        cookie: LONG,
    ) -> HRESULT,
    fn Connect(
        source: *mut IUnknown,
        label: BSTR,
        cookie: *mut LONG,
    ) -> HRESULT,
    fn Disconnect(
        cookie: LONG,
    ) -> HRESULT,
    fn NextEvent(
        timeoutMs: LONG,
        record: *mut *mut IVMEventRecord,
    ) -> HRESULT,
    fn Run(
        timeoutMs: LONG,
        count: *mut LONG,
    ) -> HRESULT,
    fn Stop() -> HRESULT,
    fn get_QueueCapacity(
        capacity: *mut LONG,
    ) -> HRESULT,
    fn put_QueueCapacity(
        capacity: LONG,
    ) -> HRESULT,
    fn get_Received(
        count: *mut LONG,
    ) -> HRESULT,
    fn get_Rejected(
        count: *mut LONG,
    ) -> HRESULT,
    fn get_Failed(
        count: *mut LONG,
    ) -> HRESULT,
    fn get_Dropped(
        count: *mut LONG,
    ) -> HRESULT,
    fn CatchUp(
        timeoutMs: LONG,
        missing: *mut LONG,
    ) -> HRESULT,
    fn UnsubscribeAll(
        count: *mut LONG,
    ) -> HRESULT,
    fn get_Subscriptions(
        count: *mut LONG,
    ) -> HRESULT,
    fn WaitFor(
        event: VARIANT,
        timeoutMs: LONG,
        source: BSTR,
        record: *mut *mut IVMEventRecord,
    ) -> HRESULT,
    fn get_LastFailure(
        failure: *mut *mut IVMEventFailure,
    ) -> HRESULT,
    fn get_Events(
        events: *mut *mut IVMEventCollection,
    ) -> HRESULT,
    fn EventsOf(
        source: *mut IUnknown,
        events: *mut *mut IVMEventCollection,
    ) -> HRESULT,
}}

// A machine of the host; fires IVMVirtualMachineEvents, IVMDVDDriveEvents and IVMFloppyDriveEvents.
RIDL! {#[uuid(0x91be3246, 0xb78f, 0x41da, 0xab, 0x22, 0x7a, 0x42, 0x02, 0x6c, 0x71, 0x3e)]
interface IVMEventMachine(IVMEventMachineVtbl): IDispatch(IDispatchVtbl) {
    fn get_Name(
        name: *mut BSTR,
    ) -> HRESULT,
    fn get_State(
        state: *mut VMVMState,
    ) -> HRESULT,
    fn Raise(
        eventName: BSTR,
        arguments: *mut SAFEARRAY,
    ) -> HRESULT,
    fn Play(
        path: BSTR,
        speed: VARIANT,
        fired: *mut LONG,
    ) -> HRESULT,
    fn get_Address(
        address: *mut BSTR,
    ) -> HRESULT,
    fn get_Connected(
        connected: *mut VARIANT_BOOL,
    ) -> HRESULT,
    fn get_Fault(
        fault: *mut BSTR,
    ) -> HRESULT,
    fn LogoffGuest() -> HRESULT,
    fn Settle(
        connection: LONG,
        timeoutMs: LONG,
        missing: *mut LONG,
    ) -> HRESULT,
    fn get_Events(
        events: *mut *mut IVMEventCollection,
    ) -> HRESULT,
}}

// The machines of the host; fires the events of them all.
RIDL! {#[uuid(0x49415990, 0x9793, 0x43a3, 0xa2, 0xe3, 0x92, 0x45, 0x18, 0xdb, 0x2f, 0x4e)]
interface IVMEventMachines(IVMEventMachinesVtbl): IDispatch(IDispatchVtbl) {
    fn get_Item(
        index: VARIANT,
        machine: *mut *mut IVMEventMachine,
    ) -> HRESULT,
    fn get_Count(
        count: *mut LONG,
    ) -> HRESULT,
    fn get__NewEnum(
        enumerator: *mut *mut IUnknown,
    ) -> HRESULT,
    fn Settle(
        connection: LONG,
        timeoutMs: LONG,
        missing: *mut LONG,
    ) -> HRESULT,
}}

// A machine of this computer that can be attached to, as it was when it was asked for; never changes.
RIDL! {#[uuid(0xf152c8a3, 0xa3d9, 0x4c5a, 0x83, 0xd1, 0xda, 0x26, 0xa2, 0xbc, 0xd4, 0xc6)]
interface IVMEventAvailable(IVMEventAvailableVtbl): IDispatch(IDispatchVtbl) {
    fn get_Address(
        address: *mut BSTR,
    ) -> HRESULT,
    fn get_Name(
        name: *mut BSTR,
    ) -> HRESULT,
    fn get_State(
        state: *mut VMVMState,
    ) -> HRESULT,
    fn get_Machine(
        name: *mut BSTR,
    ) -> HRESULT,
}}

// Owns machines; fires IVMVirtualPCEvents.
RIDL! {#[uuid(0xaca91da0, 0x565a, 0x4bc8, 0xa6, 0x08, 0xe6, 0x3c, 0xdb, 0x88, 0xdd, 0x48)]
interface IVMEventHost(IVMEventHostVtbl): IDispatch(IDispatchVtbl) {
    fn CreateMachine(
        name: BSTR,
        machine: *mut *mut IVMEventMachine,
    ) -> HRESULT,
    fn FindMachine(
        name: BSTR,
        machine: *mut *mut IVMEventMachine,
    ) -> HRESULT,
    fn RemoveMachine(
        name: BSTR,
    ) -> HRESULT,
    fn get_Machines(
        machines: *mut *mut IVMEventMachines,
    ) -> HRESULT,
    fn OpenMachine(
        name: BSTR,
        address: BSTR,
        machine: *mut *mut IVMEventMachine,
    ) -> HRESULT,
    fn Settle(
        connection: LONG,
        timeoutMs: LONG,
        missing: *mut LONG,
    ) -> HRESULT,
    fn get_Dropped(
        count: *mut LONG,
    ) -> HRESULT,
    fn Raise(
        eventName: BSTR,
        arguments: *mut SAFEARRAY,
    ) -> HRESULT,
    fn get_Events(
        events: *mut *mut IVMEventCollection,
    ) -> HRESULT,
    fn Available(
        machines: *mut *mut IVMEventCollection,
    ) -> HRESULT,
    fn Play(
        path: BSTR,
        speed: VARIANT,
        fired: *mut LONG,
    ) -> HRESULT,
}}

// What happens to one virtual machine; called by Invoke alone.
DEFINE_GUID! {DIID_IVMVirtualMachineEvents, 0x9d84f560, 0xbb67, 0x4961, 0xbd, 0x12, 0xa4, 0xda, 0x78, 0x0c, 0x67, 0xe4}

// What happens in the host; called by Invoke alone.
DEFINE_GUID! {DIID_IVMVirtualPCEvents, 0xefed1ef1, 0x3c09, 0x41f7, 0xa9, 0xc2, 0x7e, 0x29, 0xfa, 0x28, 0x6c, 0x9d}

// What happens to a machine's DVD drive; called by Invoke alone.
DEFINE_GUID! {DIID_IVMDVDDriveEvents, 0xc2a7d8e9, 0xe76c, 0x4eb8, 0x94, 0xf7, 0x71, 0xa5, 0x12, 0x2d, 0x24, 0x9b}

// What happens to a machine's floppy drive; called by Invoke alone.
DEFINE_GUID! {DIID_IVMFloppyDriveEvents, 0xa9ed3401, 0x4e09, 0x4177, 0x86, 0xec, 0xa1, 0x3b, 0xf9, 0xfa, 0x7d, 0x4e}

// The event sink: VMEvents.Sink.
DEFINE_GUID! {CLSID_VMEventSink, 0x70112073, 0x6c7c, 0x44ae, 0xbf, 0x7b, 0x1d, 0x39, 0x8d, 0x5c, 0xce, 0x05}

// The event host: VMEvents.Host.
DEFINE_GUID! {CLSID_VMEventHost, 0x8fb49daf, 0x3189, 0x4acb, 0xba, 0xba, 0x35, 0x8b, 0x02, 0x00, 0xef, 0xfa}
