//! The host and its machines.

use winapi::shared::wtypesbase::CLSCTX_LOCAL_SERVER;
use winapi::um::unknwnbase::IUnknown;

use crate::com::{check, Error, Ptr, Text};
use crate::interfaces::*;
use crate::value::{Array, Value};

/// The host: vmhost.exe, which COM starts when it is first asked for.
pub struct Host(Ptr<IVMEventHost>);

impl Host {
    /// The host of this computer.
    pub fn open() -> Result<Self, Error> {
        Ptr::create(&CLSID_VMEventHost, CLSCTX_LOCAL_SERVER).map(Host)
    }

    /// Makes a simulated machine, whose name must be new.
    pub fn create_machine(&self, name: &str) -> Result<Machine, Error> {
        let name = Text::new(name);
        unsafe { Ptr::returned(|machine| self.0.CreateMachine(name.as_bstr(), machine)) }
            .map(Machine)
    }

    /// The machine of that name.
    pub fn find_machine(&self, name: &str) -> Result<Machine, Error> {
        let name = Text::new(name);
        unsafe { Ptr::returned(|machine| self.0.FindMachine(name.as_bstr(), machine)) }.map(Machine)
    }

    /// Attaches to a live machine: `qemu:127.0.0.1:4444,agent=4445`.
    pub fn open_machine(&self, name: &str, address: &str) -> Result<Machine, Error> {
        let (name, address) = (Text::new(name), Text::new(address));
        unsafe {
            Ptr::returned(|machine| {
                self.0
                    .OpenMachine(name.as_bstr(), address.as_bstr(), machine)
            })
        }
        .map(Machine)
    }

    /// Removes the machine of that name.
    pub fn remove_machine(&self, name: &str) -> Result<(), Error> {
        let name = Text::new(name);
        check(unsafe { self.0.RemoveMachine(name.as_bstr()) })
    }
}

/// A machine of the host's.
pub struct Machine(Ptr<IVMEventMachine>);

impl Machine {
    /// Its name.
    pub fn name(&self) -> Result<String, Error> {
        let mut code = 0;
        let name = Text::made(|name| {
            code = unsafe { self.0.get_Name(name) };
            code
        });
        check(code)?;
        Ok(name.unwrap_or_default())
    }

    /// Its state: `interfaces::vmVMState_Running`.
    pub fn state(&self) -> Result<VMVMState, Error> {
        let mut state = 0;
        check(unsafe { self.0.get_State(&mut state) })?;
        Ok(state)
    }

    /// Fires an event: `raise("OnGuestLogoff", &[vmLogoff_Forced.into()])`.
    pub fn raise(&self, event: &str, arguments: &[Value]) -> Result<(), Error> {
        let event = Text::new(event);
        let arguments = Array::new(arguments)?;
        check(unsafe { self.0.Raise(event.as_bstr(), arguments.as_ptr()) })
    }

    pub(crate) fn unknown(&self) -> *mut IUnknown {
        self.0.unknown()
    }
}
