//! `vmevents.h`: the interface of the sink that is no part of the type library.

#![allow(non_snake_case)]

use std::os::raw::c_void;

use winapi::shared::guiddef::IID;
use winapi::shared::minwindef::DWORD;
use winapi::shared::wtypesbase::OLECHAR;
use winapi::um::oaidl::{DISPID, VARIANT};
use winapi::um::unknwnbase::{IUnknown, IUnknownVtbl};
use winapi::um::winnt::HRESULT;
use winapi::RIDL;

/// An event, during the call.
#[repr(C)]
pub struct RawEvent {
    pub events: *const IID,
    pub id: DISPID,
    pub name: *const OLECHAR,
    pub source: *const OLECHAR,
    pub arg_count: u32,
    pub args: *const VARIANT,
}

pub type Callback = unsafe extern "system" fn(event: *const RawEvent, context: *mut c_void);
pub type Release = unsafe extern "system" fn(context: *mut c_void);

RIDL! {#[uuid(0x00445cf1, 0x4caf, 0x4de5, 0x8a, 0xaa, 0x82, 0x2e, 0x08, 0x2e, 0x7f, 0xfd)]
interface IVMEventCallbacks(IVMEventCallbacksVtbl): IUnknown(IUnknownVtbl) {
    fn AddCallback(
        events: *const IID,
        id: DISPID,
        callback: Callback,
        context: *mut c_void,
        release: Release,
        cookie: *mut DWORD,
    ) -> HRESULT,
    fn RemoveCallback(
        cookie: DWORD,
    ) -> HRESULT,
}}
