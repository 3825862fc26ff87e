unit VMEvents;

{ The sink, and listeners for Advise, as classes with events.

  All of it belongs to the thread that has made it, and is called there. ComObj makes that thread a single-threaded apartment,
  as Lazarus and Delphi want it, so events wait until the thread handles messages: any program with windows does, others call
  CatchUp, Run or NextEvent of a sink, or Settle of a machine. }

{$mode objfpc}{$H+}
{ A source is not trusted: an event that lacks an argument is an error, which goes back to it. }
{$rangechecks on}

interface

uses
  Classes, SysUtils, Variants, Windows, ActiveX, ComObj, VMEventsInterfaces;

type
  TVMRecordEvent = procedure(Sender: TObject; const Rec: IVMEventRecord) of object;
  TVMStateEvent = procedure(Sender: TObject; State: VMVMState) of object;
  TVMLogoffEvent = procedure(Sender: TObject; LogoffType: VMLogoffType) of object;
  TVMConfigurationEvent = procedure(Sender: TObject; const Key: string; const Data: OleVariant) of object;
  TVMFlagEvent = procedure(Sender: TObject; Flag: Boolean) of object;

  { What COM calls. It outlives the one that it calls when somebody still holds it: then it calls nobody. }
  TVMCall = procedure(DispID: Integer; const Args: array of OleVariant) of object;

  TVMDispatch = class(TInterfacedObject, IDispatch)
  private
    FCall: TVMCall;
  public
    constructor Create(ACall: TVMCall);
    procedure Detach;
    function GetTypeInfoCount(out Count: Integer): HRESULT; stdcall;
    function GetTypeInfo(Index, LocaleID: Integer; out TypeInfo): HRESULT; stdcall;
    function GetIDsOfNames(const IID: TGUID; Names: Pointer; NameCount, LocaleID: Integer; DispIDs: Pointer): HRESULT;
      stdcall;
    function Invoke(DispID: Integer; const IID: TGUID; LocaleID: Integer; Flags: Word; var Params;
      VarResult, ExcepInfo, ArgErr: Pointer): HRESULT; stdcall;
  end;

  { Hears a machine, or a sink, by IConnectionPoint.Advise. }
  TVMMachineListener = class(TComponent)
  private
    FSource: IUnknown;
    FDispatch: TVMDispatch;
    FHeld: IDispatch;
    FCookie: DWORD;
    FOnAdditionsAvailable, FOnAdditionsUninstalled, FOnGuestShutdown, FOnHeartbeatStopped, FOnRequestShutdown, FOnReset,
      FOnTripleFault: TNotifyEvent;
    FOnConfigurationChanged: TVMConfigurationEvent;
    FOnDiskOutOfSpace, FOnEnhancedVideoModeChanged: TVMFlagEvent;
    FOnGuestLogoff: TVMLogoffEvent;
    FOnStateChange: TVMStateEvent;
    procedure Called(DispID: Integer; const Args: array of OleVariant);
    procedure Notify(Event: TNotifyEvent);
  public
    destructor Destroy; override;
    { Ends what was advised before. }
    procedure Advise(const Source: IUnknown);
    procedure Unadvise;
    { What Settle of a machine knows this by. }
    property Cookie: DWORD read FCookie;
  published
    property OnStateChange: TVMStateEvent read FOnStateChange write FOnStateChange;
    property OnRequestShutdown: TNotifyEvent read FOnRequestShutdown write FOnRequestShutdown;
    property OnReset: TNotifyEvent read FOnReset write FOnReset;
    property OnTripleFault: TNotifyEvent read FOnTripleFault write FOnTripleFault;
    property OnHeartbeatStopped: TNotifyEvent read FOnHeartbeatStopped write FOnHeartbeatStopped;
    property OnConfigurationChanged: TVMConfigurationEvent read FOnConfigurationChanged write FOnConfigurationChanged;
    property OnEnhancedVideoModeChanged: TVMFlagEvent read FOnEnhancedVideoModeChanged write FOnEnhancedVideoModeChanged;
    property OnAdditionsUninstalled: TNotifyEvent read FOnAdditionsUninstalled write FOnAdditionsUninstalled;
    property OnAdditionsAvailable: TNotifyEvent read FOnAdditionsAvailable write FOnAdditionsAvailable;
    property OnGuestShutdown: TNotifyEvent read FOnGuestShutdown write FOnGuestShutdown;
    property OnGuestLogoff: TVMLogoffEvent read FOnGuestLogoff write FOnGuestLogoff;
    property OnDiskOutOfSpace: TVMFlagEvent read FOnDiskOutOfSpace write FOnDiskOutOfSpace;
  end;

  { The sink, with one event for all that it hears. }
  TVMSink = class(TComponent)
  private
    FSink: IVMEventSink;
    FDispatch: TVMDispatch;
    FHeld: IDispatch;
    FOnEvent: TVMRecordEvent;
    procedure Called(DispID: Integer; const Args: array of OleVariant);
  public
    constructor Create(AOwner: TComponent); override;
    destructor Destroy; override;
    { What it can do beyond: connections, the queue, waiting. }
    property Sink: IVMEventSink read FSink;
    { Hears these events, named as for Subscribe: 'OnReset', 'OnGuest*, IVMDVDDriveEvents.*'. }
    procedure Listen(const Events: WideString);
  published
    property OnEvent: TVMRecordEvent read FOnEvent write FOnEvent;
  end;

{ Fires an event at a machine: RaiseEvent(Machine, 'OnGuestLogoff', [vmLogoff_Forced]). }
procedure RaiseEvent(const Machine: IVMEventMachine; const Name: WideString; const Args: array of Variant);

implementation

procedure RaiseEvent(const Machine: IVMEventMachine; const Name: WideString; const Args: array of Variant);
var
  Each: Integer;
  Values: Variant;
begin
  Values := VarArrayCreate([0, High(Args)], varVariant);
  for Each := 0 to High(Args) do
    Values[Each] := Args[Each];
  Machine.Raise_(Name, PSafeArray(VarArrayAsPSafeArray(Values)));
end;

{ TVMDispatch }

constructor TVMDispatch.Create(ACall: TVMCall);
begin
  inherited Create;
  FCall := ACall;
end;

procedure TVMDispatch.Detach;
begin
  FCall := nil;
end;

function TVMDispatch.GetTypeInfoCount(out Count: Integer): HRESULT; stdcall;
begin
  Count := 0;
  Result := S_OK;
end;

function TVMDispatch.GetTypeInfo(Index, LocaleID: Integer; out TypeInfo): HRESULT; stdcall;
begin
  Pointer(TypeInfo) := nil;
  Result := E_NOTIMPL;
end;

{ An object without names is taken for a function: it is called by DISPID 0. }
function TVMDispatch.GetIDsOfNames(const IID: TGUID; Names: Pointer; NameCount, LocaleID: Integer;
  DispIDs: Pointer): HRESULT; stdcall;
begin
  Result := DISP_E_UNKNOWNNAME;
end;

{ No exception may get out of here: it would not arrive as one. }
function TVMDispatch.Invoke(DispID: Integer; const IID: TGUID; LocaleID: Integer; Flags: Word; var Params;
  VarResult, ExcepInfo, ArgErr: Pointer): HRESULT; stdcall;
var
  Args: array of OleVariant;
  Each: Integer;
  Given: TDispParams absolute Params;
begin
  Result := S_OK;
  if not Assigned(FCall) then
    Exit;
  try
    SetLength(Args, Given.cArgs);
    { The last one comes first. }
    for Each := 0 to High(Args) do
      Args[Each] := POleVariant(@Given.rgvarg^[High(Args) - Each])^;
    FCall(DispID, Args);
  except
    Result := E_FAIL;
  end;
end;

{ TVMMachineListener }

destructor TVMMachineListener.Destroy;
begin
  Unadvise;
  inherited Destroy;
end;

procedure TVMMachineListener.Advise(const Source: IUnknown);
var
  Container: IConnectionPointContainer;
  Point: IConnectionPoint;
begin
  Unadvise;
  Container := Source as IConnectionPointContainer;
  OleCheck(Container.FindConnectionPoint(DIID_IVMVirtualMachineEvents, Point));
  FDispatch := TVMDispatch.Create(@Called);
  FHeld := FDispatch;
  OleCheck(Point.Advise(FHeld, FCookie));
  FSource := Source;
end;

procedure TVMMachineListener.Unadvise;
begin
  { That the source is gone is no error. }
  if FSource <> nil then
    InterfaceDisconnect(FSource, DIID_IVMVirtualMachineEvents, FCookie);
  FSource := nil;
  if FDispatch <> nil then
    FDispatch.Detach;
  FDispatch := nil;
  FHeld := nil;
end;

procedure TVMMachineListener.Notify(Event: TNotifyEvent);
begin
  if Assigned(Event) then
    Event(Self);
end;

procedure TVMMachineListener.Called(DispID: Integer; const Args: array of OleVariant);
begin
  case DispID of
    vmVirtualMachineEvent_StateChanged:
      if Assigned(FOnStateChange) then
        FOnStateChange(Self, Integer(Args[0]));
    vmVirtualMachineEvent_RequestShutdown: Notify(FOnRequestShutdown);
    vmVirtualMachineEvent_Reset: Notify(FOnReset);
    vmVirtualMachineEvent_TripleFault: Notify(FOnTripleFault);
    vmVirtualMachineEvent_HeartbeatStopped: Notify(FOnHeartbeatStopped);
    vmVirtualMachineEvent_ConfigurationChanged:
      if Assigned(FOnConfigurationChanged) then
        FOnConfigurationChanged(Self, UTF8Encode(WideString(Args[0])), Args[1]);
    vmVirtualMachineEvent_EnhancedVideoModeChanged:
      if Assigned(FOnEnhancedVideoModeChanged) then
        FOnEnhancedVideoModeChanged(Self, Args[0]);
    vmVirtualMachineEvent_AdditionsUninstalled: Notify(FOnAdditionsUninstalled);
    vmVirtualMachineEvent_AdditionsAvailable: Notify(FOnAdditionsAvailable);
    vmVirtualMachineEvent_GuestShutdown: Notify(FOnGuestShutdown);
    vmVirtualMachineEvent_GuestLogoff:
      if Assigned(FOnGuestLogoff) then
        FOnGuestLogoff(Self, Integer(Args[0]));
    vmVirtualMachineEvent_DiskOutOfSpace:
      if Assigned(FOnDiskOutOfSpace) then
        FOnDiskOutOfSpace(Self, Args[0]);
  end;
end;

{ TVMSink }

constructor TVMSink.Create(AOwner: TComponent);
begin
  inherited Create(AOwner);
  FSink := CoVMEventSink.Create;
  FDispatch := TVMDispatch.Create(@Called);
  FHeld := FDispatch;
end;

destructor TVMSink.Destroy;
begin
  if FDispatch <> nil then
    FDispatch.Detach;
  FHeld := nil;
  FSink := nil;
  inherited Destroy;
end;

procedure TVMSink.Listen(const Events: WideString);
var
  List: Variant;
begin
  { A list, be it of one: its handler is called with the record. }
  List := VarArrayOf([Events]);
  FSink.Subscribe(List, FHeld);
end;

procedure TVMSink.Called(DispID: Integer; const Args: array of OleVariant);
begin
  if Assigned(FOnEvent) then
    FOnEvent(Self, IUnknown(Args[0]) as IVMEventRecord);
end;

end.
