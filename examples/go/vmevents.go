//go:build windows

// Package vmevents hears the events of virtual machines, by the COM sink vmevents.dll.
//
// Handlers are the sink's C callbacks: they run on the thread that an event arrives on, which is one of COM's, while its
// source waits. They are brief, and hand on what takes time by a channel. Everything may be used by all goroutines.
package vmevents

import (
	"sync"
	"syscall"
	"time"
	"unsafe"
)

// vmevents.h has this interface; it is no part of the type library.
var iid_IVMEventCallbacks = syscall.GUID{Data1: 0x00445cf1, Data2: 0x4caf, Data3: 0x4de5, Data4: [8]byte{0x8a, 0xaa, 0x82, 0x2e, 0x08, 0x2e, 0x7f, 0xfd}}

const (
	callbacksAdd    = 3
	callbacksRemove = 4
)

// All stands for all events, of all interfaces or of one.
var (
	AllInterfaces syscall.GUID
	AllEvents     int32 = -1
)

// An Event is what a handler hears.
type Event struct {
	Interface syscall.GUID // DIID_IVMVirtualMachineEvents
	ID        int32        // VmVirtualMachineEvent_GuestLogoff
	Name      string       // OnGuestLogoff
	Source    string       // the label of the connection, or the machine's name
	Arguments []any        // each an int32, string, bool or, for what has been configured, anything
}

// VMEVENT of vmevents.h.
type rawEvent struct {
	events    *syscall.GUID
	id        int32
	name      *uint16
	source    *uint16
	count     uint32
	arguments *variant
}

// Windows has room for a limited number of functions of Go's, so there are two for all handlers, which are found by number.
var (
	handlers    sync.Map
	lastHandler uintptr
	adding      sync.Mutex

	callback = syscall.NewCallback(func(raw *rawEvent, number uintptr) uintptr {
		if handler, found := handlers.Load(number); found {
			handler.(func(Event))(raw.event())
		}
		return 0
	})
	forget = syscall.NewCallback(func(number uintptr) uintptr {
		handlers.Delete(number)
		return 0
	})
)

func (raw *rawEvent) event() Event {
	event := Event{Interface: *raw.events, ID: raw.id, Name: wideText(raw.name), Source: wideText(raw.source)}
	for i := range unsafe.Slice(raw.arguments, raw.count) {
		event.Arguments = append(event.Arguments, unsafe.Slice(raw.arguments, raw.count)[i].get())
	}
	return event
}

// A Sink hears the events of what it is connected to.
type Sink struct{ sink, callbacks object }

// NewSink makes a sink, in this process.
func NewSink() (*Sink, error) {
	sink, err := create(&clsid_VMEventSink, &iid_IVMEventSink, clsctxInprocServer)
	if err != nil {
		return nil, err
	}
	callbacks, err := sink.query(&iid_IVMEventCallbacks)
	if err != nil {
		sink.release()
		return nil, err
	}
	return &Sink{sink, callbacks}, nil
}

// Close ends the sink: no handler runs any more.
func (s *Sink) Close() {
	s.callbacks.release()
	s.sink.release()
}

// On has handler called for an event of an interface: On(DIID_IVMVirtualMachineEvents, AllEvents, …). It returns what ends
// that: behind it the handler does not run any more. A handler must not panic.
func (s *Sink) On(events syscall.GUID, id int32, handler func(Event)) (stop func(), err error) {
	var cookie uint32

	adding.Lock()
	lastHandler++
	number := lastHandler
	adding.Unlock()
	handlers.Store(number, handler)
	err = s.callbacks.invoke(callbacksAdd, uintptr(unsafe.Pointer(&events)), uintptr(id), callback, number, forget,
		uintptr(unsafe.Pointer(&cookie)))
	if err != nil {
		handlers.Delete(number)
		return nil, err
	}
	return func() { s.callbacks.call(callbacksRemove, uintptr(cookie)) }, nil
}

// Connect hears what happens to a machine; its events carry the label, or its name where that is empty.
func (s *Sink) Connect(machine *Machine, label string) (disconnect func() error, err error) {
	var cookie int32

	text := newText(label)
	defer freeText(text)
	err = s.sink.invoke(eventSinkConnect, uintptr(unsafe.Pointer(machine.table)), text, uintptr(unsafe.Pointer(&cookie)))
	if err != nil {
		return nil, err
	}
	return func() error { return s.sink.invoke(eventSinkDisconnect, uintptr(cookie)) }, nil
}

// CatchUp waits until all that was fired so far has been heard, and says how many events have not come in that time.
func (s *Sink) CatchUp(timeout time.Duration) (missing int32, err error) {
	err = s.sink.invoke(eventSinkCatchUp, uintptr(timeout.Milliseconds()), uintptr(unsafe.Pointer(&missing)))
	return
}

// RaiseGuestLogoff fires OnGuestLogoff at the sink itself.
func (s *Sink) RaiseGuestLogoff(kind VMLogoffType) error {
	return s.sink.invoke(eventSinkOnGuestLogoff, uintptr(kind))
}

// A Host has machines. It is vmhost.exe, which COM starts when it is first asked for.
type Host struct{ object }

// OpenHost is the host of this computer.
func OpenHost() (*Host, error) {
	host, err := create(&clsid_VMEventHost, &iid_IVMEventHost, clsctxLocalServer)
	return &Host{host}, err
}

// Close lets go of the host.
func (h *Host) Close() { h.release() }

// CreateMachine makes a simulated machine, whose name must be new.
func (h *Host) CreateMachine(name string) (*Machine, error) {
	return h.machine(eventHostCreateMachine, name)
}

// FindMachine is the machine of that name.
func (h *Host) FindMachine(name string) (*Machine, error) {
	return h.machine(eventHostFindMachine, name)
}

func (h *Host) machine(place int, name string) (*Machine, error) {
	var found object

	text := newText(name)
	defer freeText(text)
	if err := h.invoke(place, text, uintptr(unsafe.Pointer(&found.table))); err != nil {
		return nil, err
	}
	return &Machine{found}, nil
}

// RemoveMachine removes the machine of that name.
func (h *Host) RemoveMachine(name string) error {
	text := newText(name)
	defer freeText(text)
	return h.invoke(eventHostRemoveMachine, text)
}

// A Machine is one of a host's.
type Machine struct{ object }

// Close lets go of the machine.
func (m *Machine) Close() { m.release() }

// State is the last one that was fired.
func (m *Machine) State() (state VMVMState, err error) {
	err = m.invoke(eventMachineGetState, uintptr(unsafe.Pointer(&state)))
	return
}

// Raise fires an event: Raise("OnGuestLogoff", VmLogoff_Forced).
func (m *Machine) Raise(event string, arguments ...any) error {
	array, err := newArray(arguments)
	if err != nil {
		return err
	}
	defer freeArray(array)
	text := newText(event)
	defer freeText(text)
	return m.invoke(eventMachineRaise, text, array)
}
