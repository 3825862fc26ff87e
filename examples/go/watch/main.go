//go:build windows

// Hears a machine's events by a handler and a channel.
//
//	go run ./watch
//
// on Windows, with vmevents.dll (of the same bitness) and vmhost.exe registered. The project's tests build it with Debian's
// Go, for 64-bit Windows, and run it under Wine.
package main

import (
	"errors"
	"fmt"
	"log"
	"time"

	"vmevents"
)

const name = "Go example"

func main() {
	log.SetFlags(0)
	if err := watch(); err != nil {
		log.Fatal(err)
	}
}

func watch() error {
	host, err := vmevents.OpenHost()
	if err != nil {
		return fmt.Errorf("no host: %w", err)
	}
	defer host.Close()
	machine, err := host.CreateMachine(name)
	if err != nil {
		return fmt.Errorf("no machine: %w", err)
	}
	defer machine.Close()
	defer host.RemoveMachine(name)
	sink, err := vmevents.NewSink()
	if err != nil {
		return fmt.Errorf("no sink: %w", err)
	}
	defer sink.Close()

	// With room for all of them, so that no handler waits.
	heard := make(chan vmevents.Event, 100)
	stop, err := sink.On(vmevents.AllInterfaces, vmevents.AllEvents, func(event vmevents.Event) { heard <- event })
	if err != nil {
		return err
	}
	stopLogoffs, err := sink.On(vmevents.DIID_IVMVirtualMachineEvents, int32(vmevents.VmVirtualMachineEvent_GuestLogoff),
		func(event vmevents.Event) {
			if event.Arguments[0] == int32(vmevents.VmLogoff_Forced) {
				fmt.Println("somebody was thrown out")
			}
		})
	if err != nil {
		return err
	}
	disconnect, err := sink.Connect(machine, "")
	if err != nil {
		return fmt.Errorf("not connected: %w", err)
	}

	raise := func(event string, arguments ...any) {
		if err == nil {
			if err = machine.Raise(event, arguments...); err != nil {
				err = fmt.Errorf("%s: %w", event, err)
			}
		}
	}
	raise("OnStateChange", vmevents.VmVMState_Running)
	raise("OnGuestLogoff", vmevents.VmLogoff_Forced)
	raise("OnConfigurationChanged", "hardware/memory/ram_size", 2048)
	raise("IVMDVDDriveEvents.OnMediaInsert", `C:\Images\office.iso`)
	if err != nil {
		return err
	}
	missing, err := sink.CatchUp(time.Minute)
	if err != nil {
		return fmt.Errorf("not caught up: %w", err)
	}
	fmt.Println(missing, "have not come")
	stop()
	stopLogoffs()
	close(heard)
	for event := range heard {
		fmt.Printf("%s: %s%v\n", event.Source, event.Name, event.Arguments)
	}
	state, err := machine.State()
	if err != nil {
		return err
	}
	fmt.Println("state", state)

	// Failures say what is wrong.
	fmt.Println(sink.RaiseGuestLogoff(3))
	var failure *vmevents.Error
	if errors.As(machine.Raise("OnNothing"), &failure) {
		fmt.Printf("0x%08X from the host\n", uint32(failure.Code))
	}
	return disconnect()
}
