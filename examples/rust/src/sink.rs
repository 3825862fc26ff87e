//! The sink, and what is heard by it.

use std::fmt;
use std::os::raw::c_void;
use std::panic::{catch_unwind, AssertUnwindSafe};

use winapi::shared::guiddef::{IsEqualGUID, GUID};
use winapi::shared::wtypesbase::{CLSCTX_INPROC_SERVER, OLECHAR};

use crate::callbacks::{IVMEventCallbacks, RawEvent};
use crate::com::{check, Error, Ptr, Text};
use crate::host::Machine;
use crate::interfaces::*;
use crate::value::Value;

/// The interface of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Events {
    /// All of them.
    All,
    /// `IVMVirtualMachineEvents`: what happens to a machine.
    Machine,
    /// `IVMVirtualPCEvents`: what happens in the host.
    Host,
    /// `IVMDVDDriveEvents`.
    DvdDrive,
    /// `IVMFloppyDriveEvents`.
    FloppyDrive,
}

const NO_GUID: GUID = GUID {
    Data1: 0,
    Data2: 0,
    Data3: 0,
    Data4: [0; 8],
};
const DISPID_UNKNOWN: i32 = -1;

impl Events {
    const EACH: [(Events, GUID); 5] = [
        (Events::All, NO_GUID),
        (Events::Machine, DIID_IVMVirtualMachineEvents),
        (Events::Host, DIID_IVMVirtualPCEvents),
        (Events::DvdDrive, DIID_IVMDVDDriveEvents),
        (Events::FloppyDrive, DIID_IVMFloppyDriveEvents),
    ];

    fn guid(self) -> GUID {
        Self::EACH
            .iter()
            .find(|each| each.0 == self)
            .map_or(NO_GUID, |each| each.1)
    }

    fn of(guid: &GUID) -> Events {
        Self::EACH
            .iter()
            .find(|each| IsEqualGUID(&each.1, guid))
            .map_or(Events::All, |each| each.0)
    }
}

/// An event, as a closure sees it.
pub struct Event<'a>(&'a RawEvent);

impl Event<'_> {
    /// The interface that it is of.
    pub fn events(&self) -> Events {
        Events::of(unsafe { &*self.0.events })
    }

    /// Its DISPID there: `interfaces::vmVirtualMachineEvent_GuestLogoff`.
    pub fn id(&self) -> i32 {
        self.0.id
    }

    /// Its name: `OnGuestLogoff`.
    pub fn name(&self) -> String {
        unsafe { wide_text(self.0.name) }
    }

    /// The label of the connection that it came through, or the machine's name.
    pub fn source(&self) -> String {
        unsafe { wide_text(self.0.source) }
    }

    /// Its arguments, in the order of their declaration.
    pub fn arguments(&self) -> impl Iterator<Item = Value> + '_ {
        let arguments = match self.0.arg_count {
            0 => &[],
            count => unsafe { std::slice::from_raw_parts(self.0.args, count as usize) },
        };
        arguments
            .iter()
            .map(|argument| unsafe { Value::of(argument) })
    }
}

impl fmt::Display for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let arguments: Vec<String> = self
            .arguments()
            .map(|argument| argument.to_string())
            .collect();
        write!(
            f,
            "{}: {}({})",
            self.source(),
            self.name(),
            arguments.join(", ")
        )
    }
}

unsafe fn wide_text(text: *const OLECHAR) -> String {
    let length = (0..).take_while(|&place| *text.add(place) != 0).count();
    String::from_utf16_lossy(std::slice::from_raw_parts(text, length))
}

/// A sink: hears the events of what it is connected to.
pub struct Sink(Ptr<IVMEventSink>);

impl Sink {
    /// Makes one, in this process.
    pub fn new() -> Result<Self, Error> {
        Ptr::create(&CLSID_VMEventSink, CLSCTX_INPROC_SERVER).map(Sink)
    }

    /// Calls `handler` for the events of an interface, or for the one of them that has this DISPID.
    ///
    /// The threads that events arrive on call it, maybe several at a time. A panic ends in it: it is printed, as any
    /// other, and the event goes on to the next.
    pub fn on<F>(&self, events: Events, id: Option<i32>, handler: F) -> Result<Subscription, Error>
    where
        F: Fn(&Event<'_>) + Send + Sync + 'static,
    {
        let callbacks: Ptr<IVMEventCallbacks> = self.0.query()?;
        let context = Box::into_raw(Box::new(handler)).cast::<c_void>();
        let mut cookie = 0;
        let result = check(unsafe {
            let id = id.unwrap_or(DISPID_UNKNOWN);
            callbacks.AddCallback(
                &events.guid(),
                id,
                call::<F>,
                context,
                release::<F>,
                &mut cookie,
            )
        });
        if let Err(error) = result {
            unsafe { release::<F>(context) };
            return Err(error);
        }
        Ok(Subscription { callbacks, cookie })
    }

    /// Hears what happens to `machine`; its events carry `label`, or its name where that is empty.
    pub fn connect(&self, machine: &Machine, label: &str) -> Result<Connection, Error> {
        let label = Text::new(label);
        let mut cookie = 0;
        check(unsafe {
            self.0
                .Connect(machine.unknown(), label.as_bstr(), &mut cookie)
        })?;
        Ok(Connection {
            sink: self.0.clone(),
            cookie,
        })
    }

    /// Waits until all that was fired so far has been heard. How many events have not come when the time is up.
    pub fn catch_up(&self, timeout: std::time::Duration) -> Result<u32, Error> {
        let milliseconds = i32::try_from(timeout.as_millis()).unwrap_or(i32::MAX);
        let mut missing = 0;
        check(unsafe { self.0.CatchUp(milliseconds, &mut missing) })?;
        Ok(missing as u32)
    }

    /// Fires `OnGuestLogoff` at the sink itself.
    pub fn raise_guest_logoff(&self, logoff_type: VMLogoffType) -> Result<(), Error> {
        check(unsafe { self.0.OnGuestLogoff(logoff_type) })
    }

    /// How many events were accepted.
    pub fn received(&self) -> Result<u32, Error> {
        let mut count = 0;
        check(unsafe { self.0.get_Received(&mut count) })?;
        Ok(count as u32)
    }
}

unsafe extern "system" fn call<F: Fn(&Event<'_>)>(event: *const RawEvent, context: *mut c_void) {
    let handler = &*context.cast::<F>();
    // The panic hook has printed it.
    let _ = catch_unwind(AssertUnwindSafe(|| handler(&Event(&*event))));
}

unsafe extern "system" fn release<F>(context: *mut c_void) {
    let handler = Box::from_raw(context.cast::<F>());
    let _ = catch_unwind(AssertUnwindSafe(|| drop(handler)));
}

/// That a closure is called. When this has been dropped it does not run any more, unless that was done inside of it: then
/// that call is its last.
#[must_use = "it ends when it is dropped"]
pub struct Subscription {
    callbacks: Ptr<IVMEventCallbacks>,
    cookie: u32,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        unsafe { self.callbacks.RemoveCallback(self.cookie) };
    }
}

/// That a sink hears a machine.
#[must_use = "it ends when it is dropped"]
pub struct Connection {
    sink: Ptr<IVMEventSink>,
    cookie: i32,
}

impl Drop for Connection {
    fn drop(&mut self) {
        unsafe { self.sink.Disconnect(self.cookie) };
    }
}
