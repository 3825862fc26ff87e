unit VMEventsInterfaces;

{ Made from idl/vmevents.idl by idl/languages/pascal.pl; the target update_header makes it again. }

{$ifdef FPC}{$mode objfpc}{$H+}{$endif}

interface

uses
  ActiveX;

const
  LIBID_VMEvents: TGUID = '{F4ED775C-9BA0-45F1-886E-6D204ED1D872}';
  IID_IVMEventRecord: TGUID = '{1095DE68-0989-46AB-955E-F23867D411E8}';
  IID_IVMEventCollection: TGUID = '{AEB1097D-D506-4CA0-BBAA-A5214724D47D}';
  IID_IVMEventDescription: TGUID = '{FAAC0CE8-B953-4E4B-A604-D5668AB48227}';
  IID_IVMEventParameter: TGUID = '{8761ED28-E03A-4AF7-A22B-35EE3CFB8734}';
  IID_IVMEventValue: TGUID = '{081E0822-C44D-4AE7-8E06-350D6AC8D354}';
  IID_IVMEventFailure: TGUID = '{FAF4D4C1-8196-4AA6-BD5F-F5F563EB22C6}';
  IID_IVMEventSink: TGUID = '{7107B954-9A86-49F9-9ABA-A52F2A98FCAF}';
  IID_IVMEventMachine: TGUID = '{91BE3246-B78F-41DA-AB22-7A42026C713E}';
  IID_IVMEventMachines: TGUID = '{49415990-9793-43A3-A2E3-924518DB2F4E}';
  IID_IVMEventAvailable: TGUID = '{F152C8A3-A3D9-4C5A-83D1-DA26A2BCD4C6}';
  IID_IVMEventHost: TGUID = '{ACA91DA0-565A-4BC8-A608-E63CDB88DD48}';
  DIID_IVMVirtualMachineEvents: TGUID = '{9D84F560-BB67-4961-BD12-A4DA780C67E4}';
  DIID_IVMVirtualPCEvents: TGUID = '{EFED1EF1-3C09-41F7-A9C2-7E29FA286C9D}';
  DIID_IVMDVDDriveEvents: TGUID = '{C2A7D8E9-E76C-4EB8-94F7-71A5122D249B}';
  DIID_IVMFloppyDriveEvents: TGUID = '{A9ED3401-4E09-4177-86EC-A13BF9FA7D4E}';
  CLASS_VMEventSink: TGUID = '{70112073-6C7C-44AE-BF7B-1D398D5CCE05}';
  CLASS_VMEventHost: TGUID = '{8FB49DAF-3189-4ACB-BABA-358B0200EFFA}';

  { How a user left the guest operating system. }
type
  VMLogoffType = TOleEnum;
const
  vmLogoff_Normal = 0; { The user logged off. }
  vmLogoff_Forced = 1; { The user was logged off against their will, or the session was lost. }
  vmLogoff_External = 2; { A program outside the guest asked for the logoff. }

  { The state of a virtual machine. }
type
  VMVMState = TOleEnum;
const
  vmVMState_Invalid = 0;
  vmVMState_TurnedOff = 1;
  vmVMState_Saved = 2;
  vmVMState_TurningOn = 3;
  vmVMState_Restoring = 4;
  vmVMState_Running = 5;
  vmVMState_Paused = 6;
  vmVMState_Saving = 7;
  vmVMState_TurningOff = 8;
  vmVMState_MergingDrives = 9;
  vmVMState_DeleteMachine = 10;

  { DISPIDs of IVMVirtualMachineEvents. }
type
  VMVirtualMachineEvents = TOleEnum;
const
  vmVirtualMachineEvent_StateChanged = 1;
  vmVirtualMachineEvent_RequestShutdown = 2;
  vmVirtualMachineEvent_Reset = 3;
  vmVirtualMachineEvent_TripleFault = 4;
  vmVirtualMachineEvent_HeartbeatStopped = 5;
  vmVirtualMachineEvent_ConfigurationChanged = 6;
  vmVirtualMachineEvent_EnhancedVideoModeChanged = 7;
  vmVirtualMachineEvent_AdditionsUninstalled = 8;
  vmVirtualMachineEvent_AdditionsAvailable = 9;
  vmVirtualMachineEvent_GuestShutdown = 10;
  vmVirtualMachineEvent_GuestLogoff = 11;
  vmVirtualMachineEvent_DiskOutOfSpace = 12;

  { DISPIDs of IVMVirtualPCEvents. }
type
  VMVirtualPCEvent = TOleEnum;
const
  vmVirtualPCEvent_ServiceEvent = 1;
  vmVirtualPCEvent_VMStateChange = 2;
  vmVirtualPCEvent_EventLogged = 3;
  vmVirtualPCEvent_VMHeartbeatStopped = 4;

  { DISPIDs of IVMDVDDriveEvents. }
type
  VMDVDDriveEvent = TOleEnum;
const
  vmDVDDriveEvent_OnInsert = 1;
  vmDVDDriveEvent_OnEject = 2;

  { DISPIDs of IVMFloppyDriveEvents. }
type
  vmFloppyDriveEvent = TOleEnum;
const
  vmFloppyDriveEvent_OnInsert = 1;
  vmFloppyDriveEvent_OnEject = 2;

type
  IVMEventRecord = interface;
  IVMEventCollection = interface;
  IVMEventDescription = interface;
  IVMEventParameter = interface;
  IVMEventValue = interface;
  IVMEventFailure = interface;
  IVMEventSink = interface;
  IVMEventMachine = interface;
  IVMEventMachines = interface;
  IVMEventAvailable = interface;
  IVMEventHost = interface;

  { One event as it was received; never changes. }
  IVMEventRecord = interface(IDispatch)
    ['{1095DE68-0989-46AB-955E-F23867D411E8}']
    { The event as text: OnGuestLogoff(logoffType=vmLogoff_Forced). }
    function Get_Text: WideString; safecall;
    { Number of the event in its sink, from 1 up. }
    function Get_Sequence: Integer; safecall;
    { When the sink received it, UTC. }
    function Get_Time: TDateTime; safecall;
    { Label of the connection it came through; empty for an event raised by hand. }
    function Get_Source: WideString; safecall;
    { Name of the event's dispinterface: IVMVirtualMachineEvents. }
    function Get_Interface: WideString; safecall;
    { Name of the event: OnGuestLogoff. }
    function Get_Name: WideString; safecall;
    { DISPID of the event in its dispinterface. }
    function Get_Id: Integer; safecall;
    { The arguments in declaration order, as an array of VARIANT. }
    function Get_Arguments: OleVariant; safecall;
    { An argument by its name, or its number from 0 up: record("logoffType"); without one the event as text. }
    function Get_Value(argument: OleVariant): OleVariant; safecall;
    { The enumerator's name that an argument is: vmLogoff_Forced; empty for one that is none. }
    function Get_Enumerator(argument: OleVariant): WideString; safecall;
    { The event as a JSON object in one line. }
    function Get_Json: WideString; safecall;
    { When the sink received it, with its zone: 2026-01-31T09:05:01.223Z. }
    function Get_TimeText: WideString; safecall;
    { What the event's source knows besides: record.Details("user"), Empty when it does not tell; without a name all of it, an IVMEventCollection of IVMEventValue. }
    function Get_Details(AName: OleVariant): OleVariant; safecall;
    property Text: WideString read Get_Text;
    property Sequence: Integer read Get_Sequence;
    property Time: TDateTime read Get_Time;
    property Source: WideString read Get_Source;
    property Interface_: WideString read Get_Interface;
    property Name: WideString read Get_Name;
    property Id: Integer read Get_Id;
    property Arguments: OleVariant read Get_Arguments;
    property Value[argument: OleVariant]: OleVariant read Get_Value; default;
    property Enumerator[argument: OleVariant]: WideString read Get_Enumerator;
    property Json: WideString read Get_Json;
    property TimeText: WideString read Get_TimeText;
    property Details[AName: OleVariant]: OleVariant read Get_Details;
  end;

  { Events, parameters of one, values of one of these, details of an event, or machines that can be opened; never changes. }
  IVMEventCollection = interface(IDispatch)
    ['{AEB1097D-D506-4CA0-BBAA-A5214724D47D}']
    { One of them by its number, from 1 up, or by its name; a name that two events have means the first. }
    function Get_Item(index: OleVariant): OleVariant; safecall;
    { How many there are. }
    function Get_Count: Integer; safecall;
    { An IEnumVARIANT over them. }
    function Get__NewEnum: IUnknown; safecall;
    property Item[index: OleVariant]: OleVariant read Get_Item; default;
    property Count: Integer read Get_Count;
    property _NewEnum: IUnknown read Get__NewEnum;
  end;

  { An event that there is. }
  IVMEventDescription = interface(IDispatch)
    ['{FAAC0CE8-B953-4E4B-A604-D5668AB48227}']
    { The event as it is declared: OnGuestLogoff(VMLogoffType logoffType). }
    function Get_Text: WideString; safecall;
    { Name of its dispinterface: IVMVirtualMachineEvents. }
    function Get_Interface: WideString; safecall;
    { Its name: OnGuestLogoff. }
    function Get_Name: WideString; safecall;
    { Its DISPID in that dispinterface. }
    function Get_Id: Integer; safecall;
    { Its parameters, IVMEventParameter each. }
    function Get_Parameters: IVMEventCollection; safecall;
    property Text: WideString read Get_Text;
    property Interface_: WideString read Get_Interface;
    property Name: WideString read Get_Name;
    property Id: Integer read Get_Id;
    property Parameters: IVMEventCollection read Get_Parameters;
  end;

  { A parameter of an event. }
  IVMEventParameter = interface(IDispatch)
    ['{8761ED28-E03A-4AF7-A22B-35EE3CFB8734}']
    { Its name: logoffType. }
    function Get_Name: WideString; safecall;
    { Its type, as the type library has it: VMLogoffType, long, BSTR, VARIANT_BOOL, VARIANT. }
    function Get_Type: WideString; safecall;
    { The legal values of an enumeration, IVMEventValue each; none: any value of the type is legal. }
    function Get_Values: IVMEventCollection; safecall;
    property Name: WideString read Get_Name;
    property Type_: WideString read Get_Type;
    property Values: IVMEventCollection read Get_Values;
  end;

  { A value with a name: an enumerator, or a detail of an event. }
  IVMEventValue = interface(IDispatch)
    ['{081E0822-C44D-4AE7-8E06-350D6AC8D354}']
    { The value: 1. }
    function Get_Value: OleVariant; safecall;
    { Its name: vmLogoff_Forced. }
    function Get_Name: WideString; safecall;
    property Value: OleVariant read Get_Value;
    property Name: WideString read Get_Name;
  end;

  { What went wrong with an event: a handler that failed, or an event that was refused; never changes. }
  IVMEventFailure = interface(IDispatch)
    ['{FAF4D4C1-8196-4AA6-BD5F-F5F563EB22C6}']
    { What went wrong, in one line. }
    function Get_Text: WideString; safecall;
    { The event that the handler failed at; Nothing for an event that was refused. }
    function Get_Record: IVMEventRecord; safecall;
    { The error's number, an HRESULT. }
    function Get_Number: Integer; safecall;
    { The error's description. }
    function Get_Description: WideString; safecall;
    { Who says so, as the error has it; empty when it does not tell. }
    function Get_Source: WideString; safecall;
    { Name of the event: OnGuestLogoff; empty when what was refused is none. }
    function Get_Event: WideString; safecall;
    { Label of the connection that the event came through; empty when it was raised by hand. }
    function Get_Label: WideString; safecall;
    property Text: WideString read Get_Text;
    property Record_: IVMEventRecord read Get_Record;
    property Number: Integer read Get_Number;
    property Description: WideString read Get_Description;
    property Source: WideString read Get_Source;
    property Event: WideString read Get_Event;
    property Label_: WideString read Get_Label;
  end;

  { Validates virtual machine events and dispatches them to whoever registered. }
  IVMEventSink = interface(IDispatch)
    ['{7107B954-9A86-49F9-9ABA-A52F2A98FCAF}']
    { Raise OnStateChange: the state of the machine has changed. }
    procedure OnStateChange(virtualMachineState: VMVMState); safecall;
    { Raise OnRequestShutdown: the guest operating system has been asked to shut down. }
    procedure OnRequestShutdown; safecall;
    { Raise OnReset: the machine has been reset. }
    procedure OnReset; safecall;
    { Raise OnTripleFault: the machine's processor met a triple fault. }
    procedure OnTripleFault; safecall;
    { Raise OnHeartbeatStopped: the guest no longer gives a sign of life. }
    procedure OnHeartbeatStopped; safecall;
    { Raise OnConfigurationChanged: a setting of the machine has changed. }
    procedure OnConfigurationChanged(const configKey: WideString; configData: OleVariant); safecall;
    { Raise OnEnhancedVideoModeChanged: the enhanced video mode was turned on or off. }
    procedure OnEnhancedVideoModeChanged(enhancedVideoMode: WordBool); safecall;
    { Raise OnAdditionsUninstalled: the integration components are gone. }
    procedure OnAdditionsUninstalled; safecall;
    { Raise OnAdditionsAvailable: the integration components are there. }
    procedure OnAdditionsAvailable; safecall;
    { Raise OnGuestShutdown: the guest operating system has shut down. }
    procedure OnGuestShutdown; safecall;
    { Raise OnGuestLogoff: a user has left the guest operating system. }
    procedure OnGuestLogoff(logoffType: VMLogoffType); safecall;
    { Raise OnDiskOutOfSpace: the host's disk has little space left. }
    procedure OnDiskOutOfSpace(criticallyLow: WordBool); safecall;
    { Call handler for each event of that name or number, of a list or pattern ("OnGuest*"), "*" for all, or "!" for failures; source: only for those of that label; returns a cookie. }
    function Subscribe(event: OleVariant; handler: OleVariant; const source: WideString = ''): Integer; safecall;
    { End a subscription: when this returns, the handler does not run again. }
    procedure Unsubscribe(cookie: Integer); safecall;
    { Advise on each of the four event interfaces that source offers; returns a cookie. }
    function Connect(const source: IUnknown; const label_: WideString = ''): Integer; safecall;
    { End a connection; that the source is gone is no error. }
    procedure Disconnect(cookie: Integer); safecall;
    { Take the oldest queued event, waiting for one up to timeoutMs milliseconds (-1: without limit). }
    function NextEvent(timeoutMs: Integer = -1): IVMEventRecord; safecall;
    { Run handlers for timeoutMs milliseconds (-1: without limit) or until Stop; returns how many ran. }
    function Run(timeoutMs: Integer = -1): Integer; safecall;
    { End a Run, NextEvent or WaitFor; may be called from any thread and from a handler. }
    procedure Stop; safecall;
    { How many events are kept for NextEvent; 0 turns the queue off. }
    function Get_QueueCapacity: Integer; safecall;
    procedure Set_QueueCapacity(capacity: Integer); safecall;
    { How many events were accepted. }
    function Get_Received: Integer; safecall;
    { How many events were refused: an argument was wrong, or there is no such event. }
    function Get_Rejected: Integer; safecall;
    { How many calls of handlers returned an error. }
    function Get_Failed: Integer; safecall;
    { How many events were lost before a listener got them: out of a full queue or lane, or for want of memory. }
    function Get_Dropped: Integer; safecall;
    { Wait until all that the sources fired so far has been heard; returns how many events have not come. }
    function CatchUp(timeoutMs: Integer = -1): Integer; safecall;
    { End every subscription: when this returns, no handler runs again; returns how many there were. }
    function UnsubscribeAll: Integer; safecall;
    { How many subscriptions there are. }
    function Get_Subscriptions: Integer; safecall;
    { Wait for the next event that Subscribe would take for these, up to timeoutMs milliseconds (-1: without limit); the queue keeps it too. }
    function WaitFor(event: OleVariant; timeoutMs: Integer = -1; const source: WideString = ''): IVMEventRecord; safecall;
    { The last call of a handler that failed, or Nothing. }
    function Get_LastFailure: IVMEventFailure; safecall;
    { The events that there are, IVMEventDescription each. }
    function Get_Events: IVMEventCollection; safecall;
    { The events that Connect would hear from that source. }
    function EventsOf(const source: IUnknown): IVMEventCollection; safecall;
    property QueueCapacity: Integer read Get_QueueCapacity write Set_QueueCapacity;
    property Received: Integer read Get_Received;
    property Rejected: Integer read Get_Rejected;
    property Failed: Integer read Get_Failed;
    property Dropped: Integer read Get_Dropped;
    property Subscriptions: Integer read Get_Subscriptions;
    property LastFailure: IVMEventFailure read Get_LastFailure;
    property Events: IVMEventCollection read Get_Events;
  end;

  { A machine of the host; fires IVMVirtualMachineEvents, IVMDVDDriveEvents and IVMFloppyDriveEvents. }
  IVMEventMachine = interface(IDispatch)
    ['{91BE3246-B78F-41DA-AB22-7A42026C713E}']
    { The machine's name. }
    function Get_Name: WideString; safecall;
    { The machine's state. }
    function Get_State: VMVMState; safecall;
    { Fire one event: Raise("OnGuestLogoff", 1). }
    procedure Raise_(const eventName: WideString; arguments: PSafeArray); safecall;
    { Fire the events of a scenario file or a recording at their times, speed times as fast (default 1); returns how many when the last was fired. }
    function Play(const path: WideString; speed: OleVariant): Integer; safecall;
    { The address of a live machine; empty for a simulated one. }
    function Get_Address: WideString; safecall;
    { Whether a live machine is connected; always True for a simulated one. }
    function Get_Connected: WordBool; safecall;
    { What is wrong with the connections of a live machine; empty when nothing is. }
    function Get_Fault: WideString; safecall;
    { Log off the guest's users; returns when they are gone. }
    procedure LogoffGuest; safecall;
    { Wait until whoever advised by that cookie has got what was fired so far; returns how many events have not come. }
    function Settle(connection: Integer; timeoutMs: Integer = -1): Integer; safecall;
    { The events that a machine can fire, IVMEventDescription each. }
    function Get_Events: IVMEventCollection; safecall;
    property Name: WideString read Get_Name;
    property State: VMVMState read Get_State;
    property Address: WideString read Get_Address;
    property Connected: WordBool read Get_Connected;
    property Fault: WideString read Get_Fault;
    property Events: IVMEventCollection read Get_Events;
  end;

  { The machines of the host; fires the events of them all. }
  IVMEventMachines = interface(IDispatch)
    ['{49415990-9793-43A3-A2E3-924518DB2F4E}']
    { A machine by its number, from 1 up, or by its name. }
    function Get_Item(index: OleVariant): IVMEventMachine; safecall;
    { How many machines there are. }
    function Get_Count: Integer; safecall;
    { An IEnumVARIANT over the machines. }
    function Get__NewEnum: IUnknown; safecall;
    { Wait until whoever advised by that cookie has got what all machines fired so far; returns how many events have not come. }
    function Settle(connection: Integer; timeoutMs: Integer = -1): Integer; safecall;
    property Item[index: OleVariant]: IVMEventMachine read Get_Item; default;
    property Count: Integer read Get_Count;
    property _NewEnum: IUnknown read Get__NewEnum;
  end;

  { A machine of this computer that can be attached to, as it was when it was asked for; never changes. }
  IVMEventAvailable = interface(IDispatch)
    ['{F152C8A3-A3D9-4C5A-83D1-DA26A2BCD4C6}']
    { Its address, as OpenMachine takes it: hyperv:{5AC1B4E8-6F27-4C1B-9D3E-0A7F3C2B1D90}. }
    function Get_Address: WideString; safecall;
    { Its name where it is; several may have the same. }
    function Get_Name: WideString; safecall;
    { The state that it was in. }
    function Get_State: VMVMState; safecall;
    { The name of the host's machine that is attached to it; empty when none is. }
    function Get_Machine: WideString; safecall;
    property Address: WideString read Get_Address;
    property Name: WideString read Get_Name;
    property State: VMVMState read Get_State;
    property Machine: WideString read Get_Machine;
  end;

  { Owns machines; fires IVMVirtualPCEvents. }
  IVMEventHost = interface(IDispatch)
    ['{ACA91DA0-565A-4BC8-A608-E63CDB88DD48}']
    { Make a simulated machine; its name must be new. }
    function CreateMachine(const name: WideString): IVMEventMachine; safecall;
    { The machine of that name. }
    function FindMachine(const name: WideString): IVMEventMachine; safecall;
    { Remove the machine of that name; whoever holds it hears no more events. }
    procedure RemoveMachine(const name: WideString); safecall;
    { All machines. }
    function Get_Machines: IVMEventMachines; safecall;
    { Attach to a running machine: OpenMachine("Web", "qemu:127.0.0.1:4444,agent=4445"); its name must be new. }
    function OpenMachine(const name: WideString; const address: WideString): IVMEventMachine; safecall;
    { Wait until whoever advised by that cookie has got what was fired so far; returns how many events have not come. }
    function Settle(connection: Integer; timeoutMs: Integer = -1): Integer; safecall;
    { How many events were lost on their way to clients that are too slow, or hung at an end. }
    function Get_Dropped: Integer; safecall;
    { Fire one event of the host, which changes no machine: Raise("OnEventLogged", 42). }
    procedure Raise_(const eventName: WideString; arguments: PSafeArray); safecall;
    { The events that the host can fire itself, IVMEventDescription each. }
    function Get_Events: IVMEventCollection; safecall;
    { The machines of this computer that OpenMachine could attach to, as they are now, IVMEventAvailable each; waits for those who know them. }
    function Available: IVMEventCollection; safecall;
    { Fire the events of a recording in its order, each at the machine of its name, which is made when there is none, at its time divided by speed; returns how many, after the last. }
    function Play(const path: WideString; speed: OleVariant): Integer; safecall;
    property Machines: IVMEventMachines read Get_Machines;
    property Dropped: Integer read Get_Dropped;
    property Events: IVMEventCollection read Get_Events;
  end;

  { What happens to one virtual machine. }
  IVMVirtualMachineEvents = dispinterface
    ['{9D84F560-BB67-4961-BD12-A4DA780C67E4}']
    { The state of the machine has changed. }
    procedure OnStateChange(virtualMachineState: VMVMState); dispid 1;
    { The guest operating system has been asked to shut down. }
    procedure OnRequestShutdown; dispid 2;
    { The machine has been reset. }
    procedure OnReset; dispid 3;
    { The machine's processor met a triple fault. }
    procedure OnTripleFault; dispid 4;
    { The guest no longer gives a sign of life. }
    procedure OnHeartbeatStopped; dispid 5;
    { A setting of the machine has changed. }
    procedure OnConfigurationChanged(const configKey: WideString; configData: OleVariant); dispid 6;
    { The enhanced video mode was turned on or off. }
    procedure OnEnhancedVideoModeChanged(enhancedVideoMode: WordBool); dispid 7;
    { The integration components are gone. }
    procedure OnAdditionsUninstalled; dispid 8;
    { The integration components are there. }
    procedure OnAdditionsAvailable; dispid 9;
    { The guest operating system has shut down. }
    procedure OnGuestShutdown; dispid 10;
    { A user has left the guest operating system. }
    procedure OnGuestLogoff(logoffType: VMLogoffType); dispid 11;
    { The host's disk has little space left. }
    procedure OnDiskOutOfSpace(criticallyLow: WordBool); dispid 12;
  end;

  { What happens in the host. }
  IVMVirtualPCEvents = dispinterface
    ['{EFED1EF1-3C09-41F7-A9C2-7E29FA286C9D}']
    { Something has happened to Virtual PC's service. }
    procedure OnServiceEvent(logMessageID: Integer); dispid 1;
    { The state of one of the machines has changed. }
    procedure OnVMStateChange(const virtualMachineConfig: WideString; virtualMachineState: VMVMState); dispid 2;
    { An entry was made in the host's log. }
    procedure OnEventLogged(logMessageID: Integer); dispid 3;
    { The guest of one of the machines no longer gives a sign of life. }
    procedure OnHeartbeatStopped(const virtualMachineConfig: WideString); dispid 4;
  end;

  { What happens to a machine's DVD drive. }
  IVMDVDDriveEvents = dispinterface
    ['{C2A7D8E9-E76C-4EB8-94F7-71A5122D249B}']
    { A medium was put into the drive. }
    procedure OnMediaInsert(const mediaPath: WideString); dispid 1;
    { A medium was taken out of the drive. }
    procedure OnMediaEject(const mediaPath: WideString); dispid 2;
  end;

  { What happens to a machine's floppy drive. }
  IVMFloppyDriveEvents = dispinterface
    ['{A9ED3401-4E09-4177-86EC-A13BF9FA7D4E}']
    { A medium was put into the drive. }
    procedure OnMediaInsert(const mediaPath: WideString); dispid 1;
    { A medium was taken out of the drive. }
    procedure OnMediaEject(const mediaPath: WideString); dispid 2;
  end;

  { The event sink: VMEvents.Sink. }
  CoVMEventSink = class
    class function Create: IVMEventSink;
  end;

  { The event host: VMEvents.Host. }
  CoVMEventHost = class
    class function Create: IVMEventHost;
  end;

implementation

uses
  ComObj;

class function CoVMEventSink.Create: IVMEventSink;
begin
  Result := CreateComObject(CLASS_VMEventSink) as IVMEventSink;
end;

class function CoVMEventHost.Create: IVMEventHost;
begin
  Result := CreateComObject(CLASS_VMEventHost) as IVMEventHost;
end;

end.
