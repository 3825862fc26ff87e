{ Hears a machine's events: by the sink, by Advise at the machine, and late bound.

      fpc watch.lpr          on Windows, with vmevents.dll (of the same bitness) and vmhost.exe registered

  The project's tests compile it with Debian's Free Pascal, for 64-bit Windows, and run it under Wine. }
program watch;

{$mode objfpc}{$H+}
{$apptype console}

uses
  SysUtils, Variants, ComObj, VMEventsInterfaces, VMEvents;

const
  MachineName = 'Pascal example';

type
  TWatcher = class
  public
    procedure Heard(Sender: TObject; const Rec: IVMEventRecord);
    procedure LoggedOff(Sender: TObject; LogoffType: VMLogoffType);
    procedure Configured(Sender: TObject; const Key: string; const Data: OleVariant);
    procedure ShutDown(Sender: TObject);
  end;

procedure TWatcher.Heard(Sender: TObject; const Rec: IVMEventRecord);
begin
  WriteLn(Rec.Sequence, '. ', Rec.Source, ': ', Rec.Text);
end;

procedure TWatcher.LoggedOff(Sender: TObject; LogoffType: VMLogoffType);
begin
  if LogoffType = vmLogoff_Forced then
    WriteLn('somebody was thrown out');
end;

procedure TWatcher.Configured(Sender: TObject; const Key: string; const Data: OleVariant);
begin
  WriteLn(Key, ' is now ', Integer(Data));
end;

procedure TWatcher.ShutDown(Sender: TObject);
begin
  WriteLn('the guest has shut down');
end;

procedure HearBySink(const Machine: IVMEventMachine; Watcher: TWatcher);
var
  Sink: TVMSink;
  Connection: Integer;
begin
  WriteLn('by the sink:');
  Sink := TVMSink.Create(nil);
  try
    Sink.OnEvent := @Watcher.Heard;
    Sink.Listen('OnGuest*, OnReset');
    Connection := Sink.Sink.Connect(Machine);
    RaiseEvent(Machine, 'OnStateChange', [vmVMState_Running]); { Not one of those. }
    RaiseEvent(Machine, 'OnGuestLogoff', [vmLogoff_External]);
    RaiseEvent(Machine, 'OnReset', []);
    { Handlers run meanwhile, on this thread. }
    WriteLn(Sink.Sink.CatchUp(60000), ' have not come');
    WriteLn(Sink.Sink.Received, ' events, ', Sink.Sink.Failed, ' failed');
    Sink.Sink.Disconnect(Connection);
    try
      Sink.Sink.OnGuestLogoff(3);
    except
      on Error: EOleSysError do
        WriteLn('0x', IntToHex(LongWord(Error.ErrorCode), 8), ': ', Error.Message);
    end;
  finally
    Sink.Free;
  end;
end;

procedure HearByAdvise(const Machine: IVMEventMachine; Watcher: TWatcher);
var
  Listener: TVMMachineListener;
begin
  WriteLn('advised at the machine:');
  Listener := TVMMachineListener.Create(nil);
  try
    Listener.OnGuestLogoff := @Watcher.LoggedOff;
    Listener.OnConfigurationChanged := @Watcher.Configured;
    Listener.OnGuestShutdown := @Watcher.ShutDown;
    Listener.Advise(Machine);
    RaiseEvent(Machine, 'OnGuestLogoff', [vmLogoff_Forced]);
    RaiseEvent(Machine, 'OnConfigurationChanged', ['hardware/memory/ram_size', 2048]);
    RaiseEvent(Machine, 'OnGuestShutdown', []);
    { COM hands over calls that come while this thread is in one. }
    WriteLn(Machine.Settle(Listener.Cookie, 60000), ' have not come');
  finally
    Listener.Free;
  end;
end;

{ By names alone, as scripts do. }
procedure HearLateBound(const Machine: IVMEventMachine);
var
  Sink, Late, Rec: OleVariant;
begin
  WriteLn('late bound:');
  Sink := CreateOleObject('VMEvents.Sink');
  Late := Machine;
  Sink.Connect(Late, 'late');
  Late.&Raise('OnDiskOutOfSpace', True);
  Rec := Sink.NextEvent(60000);
  WriteLn(UTF8Encode(WideString(Rec.Source)), ': ', UTF8Encode(WideString(Rec.Text)));
end;

var
  Host: IVMEventHost;
  Machine: IVMEventMachine;
  Watcher: TWatcher;
begin
  Host := CoVMEventHost.Create;
  Machine := Host.CreateMachine(MachineName);
  Watcher := TWatcher.Create;
  try
    HearBySink(Machine, Watcher);
    HearByAdvise(Machine, Watcher);
    HearLateBound(Machine);
    WriteLn(Machine.Name, ': state ', Machine.State);
  finally
    Host.RemoveMachine(MachineName);
    Watcher.Free;
  end;
end.
