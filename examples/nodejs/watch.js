// Hears events in Node.js by callbacks, through vmevents.dll's exported function and COM interfaces: plain function
// pointers, called by koffi (npm install koffi). Needs no registration.
//
//     node watch.js [FOLDER OF vmevents.dll]        with the DLL of node.exe's own bitness
//
// Node.js has no COM and no message loop of Windows. Callbacks of the sink need neither: they run when and where an
// event is fired. Here the program fires them itself; one that comes on another thread waits for Node's own loop.
'use strict';

const koffi = require('koffi');
const path = require('path');

const folder = process.argv[2] || __dirname;
const library = koffi.load(path.join(folder, 'vmevents.dll'));

// Values of vmevents.h.
const IID_IVMEventCallbacks = guid('00445cf1-4caf-4de5-8aaa-822e082e7ffd');
const IID_IVMEventSink = guid('7107b954-9a86-49f9-9aba-a52f2a98fcaf');
const IID_NULL = Buffer.alloc(16);
const DISPID_UNKNOWN = -1;
const E_INVALIDARG = 0x80070057 | 0;
const vmLogoff_Forced = 1;

koffi.struct('VMEVENT', {
    events: 'void *',
    id: 'int32_t',
    name: 'char16_t *',
    source: 'char16_t *',
    argCount: 'uint32_t',
    args: 'void *'
});
const Callback = koffi.proto('void __stdcall VMEVENTCALLBACK(const VMEVENT *event, void *context)');
const createSink = library.func('int32_t __stdcall VMEventsCreateSink(const void *riid, _Out_ void **sink)');

// The methods that are used, by their places in the interfaces' tables.
const prototypes = {
    queryInterface: [0, koffi.proto('int32_t __stdcall QueryInterface(void *self, const void *riid, ' +
        '_Out_ void **object)')],
    release: [2, koffi.proto('uint32_t __stdcall Release(void *self)')],
    addCallback: [3, koffi.proto('int32_t __stdcall AddCallback(void *self, const void *events, int32_t id, ' +
        'VMEVENTCALLBACK *callback, void *context, void *release, _Out_ uint32_t *cookie)')],
    removeCallback: [4, koffi.proto('int32_t __stdcall RemoveCallback(void *self, uint32_t cookie)')],
    // IVMEventSink: IUnknown has 3 methods, IDispatch 4 more, then come the events in the order of their DISPIDs.
    onGuestLogoff: [6 + 11, koffi.proto('int32_t __stdcall OnGuestLogoff(void *self, int32_t logoffType)')],
    onReset: [6 + 3, koffi.proto('int32_t __stdcall OnReset(void *self)')]
};

function guid(text) {
    const hex = text.replace(/-/g, '');
    const bytes = Buffer.from(hex, 'hex');

    bytes.subarray(0, 4).reverse();
    bytes.subarray(4, 6).reverse();
    bytes.subarray(6, 8).reverse();
    return bytes;
}

function call(object, method, ...args) {
    const [place, prototype] = prototypes[method];
    const table = koffi.decode(object, 'void *');
    const address = koffi.decode(table, place * koffi.sizeof('void *'), 'void *');

    return koffi.call(address, prototype, object, ...args);
}

function check(what, hr) {
    if (hr < 0)
        throw new Error(`${what}: error 0x${(hr >>> 0).toString(16)}`);
}

function create(iid) {
    const object = [null];

    check('VMEventsCreateSink', createSink(iid, object));
    return object[0];
}

function query(object, iid) {
    const other = [null];

    check('QueryInterface', call(object, 'queryInterface', iid, other));
    return other[0];
}

function main() {
    const sink = create(IID_IVMEventSink);
    const callbacks = query(sink, IID_IVMEventCallbacks);
    const cookie = [0];
    let heard = 0;

    const callback = koffi.register((event) => {
        const { name, argCount } = koffi.decode(event, 'VMEVENT');

        ++heard;
        console.log(`${name}, ${argCount} argument(s)`);
    }, koffi.pointer(Callback));

    check('AddCallback', call(callbacks, 'addCallback', IID_NULL, DISPID_UNKNOWN, callback, null, null, cookie));
    check('OnGuestLogoff', call(sink, 'onGuestLogoff', vmLogoff_Forced));
    check('OnReset', call(sink, 'onReset'));
    if (call(sink, 'onGuestLogoff', 3) !== E_INVALIDARG)
        throw new Error('a wrong logoff type was not refused');
    check('RemoveCallback', call(callbacks, 'removeCallback', cookie[0]));
    check('OnReset', call(sink, 'onReset'));
    koffi.unregister(callback);
    call(callbacks, 'release');
    call(sink, 'release');
    console.log(`${heard} events heard`);
}

main();
