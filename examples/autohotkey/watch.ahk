; Prints a machine's events as they arrive. AutoHotkey v2.
;
;     AutoHotkey64.exe watch.ahk
;
; Not run here: the project is tested under Wine, without AutoHotkey. tests/scripts/foreign_handlers.c calls handlers
; that answer as AutoHotkey's objects do.
#Requires AutoHotkey v2.0
#SingleInstance Force
Persistent

; Functions, closures, bound methods and objects are all handlers. AutoHotkey pumps messages by itself, so handlers run
; without Run or NextEvent, between two lines of the script like any of its callbacks.

class Watcher {
    ; Called with the event's arguments.
    OnGuestLogoff(logoffType) {
        if logoffType = 1 ; vmLogoff_Forced
            Say("somebody was thrown out")
    }

    OnGuestShutdown() {
        Say("the guest has shut down")
        SetTimer(Finish, -1)
    }

    ; For "*" as a function: called with the record.
    Print(record) {
        Say(record.Sequence ". " record.Source " " record.Text)
    }
}

Say(line) {
    FileAppend(line "`n", "*") ; standard output; needs a console or a pipe
}

Finish() {
    global
    Say(sink.Received " events, " sink.Failed " failed calls of handlers")
    try
        machine.Raise("OnGuestLogoff", 3)
    catch Error as problem
        Say(problem.Message) ; the HRESULT, what Windows says of it, and in the next lines the host's sentence and its name
    eventHost.RemoveMachine("AutoHotkey example")
    ExitApp
}

watch := Watcher()
eventHost := ComObject("VMEvents.Host")
sink := ComObject("VMEvents.Sink")
machine := eventHost.CreateMachine("AutoHotkey example")

sink.Subscribe("*", ObjBindMethod(watch, "Print"))
sink.Subscribe("OnGuestLogoff", ObjBindMethod(watch, "OnGuestLogoff"))
sink.Subscribe("OnStateChange", (state) => Say("state " state))
sink.Subscribe("OnGuestShutdown", watch)
sink.Connect(machine)

machine.Raise("OnStateChange", "vmVMState_Running")
machine.Raise("OnGuestLogoff", "vmLogoff_Forced")
machine.Raise("OnGuestShutdown")
