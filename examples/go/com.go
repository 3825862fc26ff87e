//go:build windows

package vmevents

import (
	"fmt"
	"runtime"
	"sync"
	"syscall"
	"unicode/utf16"
	"unsafe"
)

// What is needed of COM. Its calls return an HRESULT: a failure is negative.

var (
	ole32    = syscall.NewLazyDLL("ole32.dll")
	oleaut32 = syscall.NewLazyDLL("oleaut32.dll")

	coInitializeEx        = ole32.NewProc("CoInitializeEx")
	coCreateInstance      = ole32.NewProc("CoCreateInstance")
	getErrorInfo          = oleaut32.NewProc("GetErrorInfo")
	sysAllocStringLen     = oleaut32.NewProc("SysAllocStringLen")
	sysFreeString         = oleaut32.NewProc("SysFreeString")
	sysStringLen          = oleaut32.NewProc("SysStringLen")
	safeArrayCreateVector = oleaut32.NewProc("SafeArrayCreateVector")
	safeArrayAccessData   = oleaut32.NewProc("SafeArrayAccessData")
	safeArrayUnaccessData = oleaut32.NewProc("SafeArrayUnaccessData")
	safeArrayDestroy      = oleaut32.NewProc("SafeArrayDestroy")

	multithreadedApartment sync.Once
	failedApartment        error
)

const (
	clsctxInprocServer = 0x1
	clsctxLocalServer  = 0x4

	// Places in tables.
	unknownQueryInterface   = 0
	unknownRelease          = 2
	errorInfoGetDescription = 5

	outOfMemory = -0x7ff8fff2 // E_OUTOFMEMORY
)

// Error is a failure: its number, and what the sink or the host says of it.
type Error struct {
	Code        int32
	Description string
}

func (e *Error) Error() string { return fmt.Sprintf("0x%08X: %s", uint32(e.Code), e.Description) }

// A thread of its own is in the multithreaded apartment as long as the program runs. All others, which Go moves goroutines
// between, belong to it as long as they are in none.
func enterApartment() error {
	multithreadedApartment.Do(func() {
		entered := make(chan uintptr)
		go func() {
			runtime.LockOSThread()
			hr, _, _ := coInitializeEx.Call(0, 0)
			entered <- hr
			select {}
		}()
		if hr := int32(<-entered); hr < 0 {
			failedApartment = &Error{hr, "CoInitializeEx"}
		}
	})
	return failedApartment
}

// An object is a reference to one of COM's.
type object struct{ table **[64]uintptr }

// invoke calls the method at that place of the object's table. The error object belongs to the thread that has called.
// What the arguments point to stays where it is meanwhile.
//
//go:uintptrescapes
func (o object) invoke(place int, arguments ...uintptr) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	return check(o.call(place, arguments...))
}

//go:uintptrescapes
func (o object) call(place int, arguments ...uintptr) uintptr {
	all := append([]uintptr{uintptr(unsafe.Pointer(o.table))}, arguments...)
	result, _, _ := syscall.SyscallN((*o.table)[place], all...)
	return result
}

func (o object) release() { o.call(unknownRelease) }

func (o object) query(iid *syscall.GUID) (other object, err error) {
	err = o.invoke(unknownQueryInterface, uintptr(unsafe.Pointer(iid)), uintptr(unsafe.Pointer(&other.table)))
	return
}

func check(result uintptr) error {
	var info object
	var text *uint16

	hr := int32(result)
	if hr >= 0 {
		return nil
	}
	if found, _, _ := getErrorInfo.Call(0, uintptr(unsafe.Pointer(&info.table))); found == 0 {
		info.call(errorInfoGetDescription, uintptr(unsafe.Pointer(&text)))
		info.release()
	}
	return &Error{hr, takeText(text)}
}

func create(class, iid *syscall.GUID, context uintptr) (made object, err error) {
	if err = enterApartment(); err != nil {
		return
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	hr, _, _ := coCreateInstance.Call(uintptr(unsafe.Pointer(class)), 0, context, uintptr(unsafe.Pointer(iid)),
		uintptr(unsafe.Pointer(&made.table)))
	return made, check(hr)
}

// newText makes a BSTR, for freeText.
func newText(text string) uintptr {
	wide := append(utf16.Encode([]rune(text)), 0)
	bstr, _, _ := sysAllocStringLen.Call(uintptr(unsafe.Pointer(&wide[0])), uintptr(len(wide)-1))
	return bstr
}

func freeText(bstr uintptr) { sysFreeString.Call(bstr) }

func textOf(bstr *uint16) string {
	if bstr == nil {
		return ""
	}
	length, _, _ := sysStringLen.Call(uintptr(unsafe.Pointer(bstr)))
	return string(utf16.Decode(unsafe.Slice(bstr, length)))
}

func takeText(bstr *uint16) string {
	defer freeText(uintptr(unsafe.Pointer(bstr)))
	return textOf(bstr)
}

// wideText is that of a string that ends with a NUL.
func wideText(text *uint16) string {
	length := 0
	for p := unsafe.Pointer(text); *(*uint16)(p) != 0; p = unsafe.Add(p, 2) {
		length++
	}
	return string(utf16.Decode(unsafe.Slice(text, length)))
}

// A variant is a VARIANT, of 24 bytes, or of 16 in programs of 32 bits.
type variant struct {
	kind  uint16
	_     [3]uint16
	value [8]byte
	_     [2*unsafe.Sizeof(uintptr(0)) - 8]byte
}

const (
	kindEmpty   = 0
	kindInt     = 3
	kindDouble  = 5
	kindText    = 8
	kindBool    = 11
	kindVariant = 12
)

func (v *variant) get() any {
	at := unsafe.Pointer(&v.value)
	switch v.kind {
	case kindEmpty:
		return nil
	case kindInt:
		return *(*int32)(at)
	case kindDouble:
		return *(*float64)(at)
	case kindText:
		return textOf(*(**uint16)(at))
	case kindBool:
		return *(*int16)(at) != 0
	}
	return fmt.Sprintf("VARTYPE %d", v.kind)
}

// set hands over a string to whoever frees the VARIANT.
func (v *variant) set(value any) error {
	at := unsafe.Pointer(&v.value)
	switch value := value.(type) {
	case nil:
		v.kind = kindEmpty
	case int:
		v.kind, *(*int32)(at) = kindInt, int32(value)
	case int32:
		v.kind, *(*int32)(at) = kindInt, value
	case VMLogoffType:
		v.kind, *(*int32)(at) = kindInt, int32(value)
	case VMVMState:
		v.kind, *(*int32)(at) = kindInt, int32(value)
	case float64:
		v.kind, *(*float64)(at) = kindDouble, value
	case string:
		v.kind, *(*uintptr)(at) = kindText, newText(value)
	case bool:
		v.kind = kindBool
		if value {
			*(*int16)(at) = -1
		}
	default:
		return fmt.Errorf("a %T is no argument of an event", value)
	}
	return nil
}

// newArray makes a SAFEARRAY of VARIANTs, for freeArray.
func newArray(values []any) (uintptr, error) {
	var data *variant

	array, _, _ := safeArrayCreateVector.Call(kindVariant, 0, uintptr(len(values)))
	if array == 0 {
		return 0, &Error{outOfMemory, "no memory is left"}
	}
	safeArrayAccessData.Call(array, uintptr(unsafe.Pointer(&data)))
	variants := unsafe.Slice(data, len(values))
	var err error
	for i := 0; i < len(values) && err == nil; i++ {
		err = variants[i].set(values[i])
	}
	safeArrayUnaccessData.Call(array)
	if err != nil {
		freeArray(array)
		return 0, err
	}
	return array, nil
}

func freeArray(array uintptr) { safeArrayDestroy.Call(array) }
