//! The little of COM that the rest stands on: apartments, references, strings, errors.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::ptr::{self, NonNull};

use winapi::shared::guiddef::{CLSID, IID};
use winapi::shared::minwindef::DWORD;
use winapi::shared::winerror::{E_OUTOFMEMORY, HRESULT};
use winapi::shared::wtypes::BSTR;
use winapi::um::combaseapi::{CoCreateInstance, CoInitializeEx, CoUninitialize};
use winapi::um::oaidl::IErrorInfo;
use winapi::um::objbase::COINIT_MULTITHREADED;
use winapi::um::oleauto::{GetErrorInfo, SysAllocStringLen, SysFreeString, SysStringLen};
use winapi::um::unknwnbase::IUnknown;
use winapi::Interface;

/// What went wrong: the number of the failure, and the sentence of the one who has reported it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    code: HRESULT,
    description: String,
}

impl Error {
    /// The `HRESULT`.
    pub fn code(&self) -> i32 {
        self.code
    }

    /// What the sink or the host has said; empty when they have said nothing.
    pub fn description(&self) -> &str {
        &self.description
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{:08X}: {}", self.code, self.description)
    }
}

impl std::error::Error for Error {}

/// The thread's last error object belongs to the call that has just failed.
pub(crate) fn check(code: HRESULT) -> Result<(), Error> {
    if code >= 0 {
        return Ok(());
    }
    let description = unsafe {
        Ptr::made(|info| GetErrorInfo(0, info))
            .and_then(|info: Ptr<IErrorInfo>| Text::made(|text| info.GetDescription(text)))
    };
    Err(Error {
        code,
        description: description.unwrap_or_default(),
    })
}

/// That this thread may use COM, until it is dropped.
pub struct Apartment(PhantomData<*const ()>);

impl Apartment {
    /// The one in which nobody has to pump messages: closures and other calls come on threads of COM's.
    pub fn multithreaded() -> Result<Self, Error> {
        check(unsafe { CoInitializeEx(ptr::null_mut(), COINIT_MULTITHREADED) })?;
        Ok(Apartment(PhantomData))
    }
}

impl Drop for Apartment {
    fn drop(&mut self) {
        unsafe { CoUninitialize() }
    }
}

/// A reference to a COM object, counted.
pub(crate) struct Ptr<T: Interface>(NonNull<T>);

impl<T: Interface> Ptr<T> {
    /// What `make` returns by its argument; nothing when it fails or returns nothing.
    ///
    /// # Safety
    /// What is returned is a counted reference to a `T`, whose first field is a table that begins with `IUnknown`'s.
    pub(crate) unsafe fn made(make: impl FnOnce(*mut *mut T) -> HRESULT) -> Option<Self> {
        let mut object = ptr::null_mut();
        if make(&mut object) < 0 {
            return None;
        }
        NonNull::new(object).map(Ptr)
    }

    /// The same, with the reason why there is nothing.
    ///
    /// # Safety
    /// As for `made`.
    pub(crate) unsafe fn returned(
        make: impl FnOnce(*mut *mut T) -> HRESULT,
    ) -> Result<Self, Error> {
        let mut code = 0;
        match Self::made(|object| {
            code = make(object);
            code
        }) {
            Some(object) => Ok(object),
            None => Err(check(code).err().unwrap_or(Error {
                code: E_OUTOFMEMORY,
                description: String::new(),
            })),
        }
    }

    pub(crate) fn create(class: &CLSID, context: DWORD) -> Result<Self, Error> {
        let iid: IID = T::uuidof();
        unsafe {
            Self::returned(|object| {
                CoCreateInstance(class, ptr::null_mut(), context, &iid, object.cast())
            })
        }
    }

    pub(crate) fn query<U: Interface>(&self) -> Result<Ptr<U>, Error> {
        let iid: IID = U::uuidof();
        unsafe {
            Ptr::returned(|object: *mut *mut U| {
                (*self.unknown()).QueryInterface(&iid, object.cast())
            })
        }
    }

    /// As long as the reference lives.
    pub(crate) fn unknown(&self) -> *mut IUnknown {
        self.0.as_ptr().cast()
    }
}

impl<T: Interface> Clone for Ptr<T> {
    fn clone(&self) -> Self {
        unsafe { (*self.unknown()).AddRef() };
        Ptr(self.0)
    }
}

impl<T: Interface> Drop for Ptr<T> {
    fn drop(&mut self) {
        unsafe { (*self.unknown()).Release() };
    }
}

impl<T: Interface> Deref for Ptr<T> {
    type Target = T;

    fn deref(&self) -> &T {
        unsafe { self.0.as_ref() }
    }
}

/// A string of COM's.
pub(crate) struct Text(BSTR);

impl Text {
    pub(crate) fn new(text: &str) -> Self {
        let wide: Vec<u16> = text.encode_utf16().collect();
        let length = u32::try_from(wide.len()).expect("a string of less than 4 G characters");
        let bstr = unsafe { SysAllocStringLen(wide.as_ptr(), length) };
        assert!(!bstr.is_null(), "no memory is left");
        Text(bstr)
    }

    /// What `make` returns by its argument; nothing when it fails.
    pub(crate) fn made(make: impl FnOnce(*mut BSTR) -> HRESULT) -> Option<String> {
        let mut text = Text(ptr::null_mut());
        (make(&mut text.0) >= 0).then(|| unsafe { text_of(text.0) })
    }

    /// As long as the string lives.
    pub(crate) fn as_bstr(&self) -> BSTR {
        self.0
    }

    /// Whoever takes it frees it.
    pub(crate) fn into_bstr(self) -> BSTR {
        let bstr = self.0;
        std::mem::forget(self);
        bstr
    }
}

impl Drop for Text {
    fn drop(&mut self) {
        unsafe { SysFreeString(self.0) }
    }
}

/// # Safety
/// It is a BSTR, or null, which is the empty one.
pub(crate) unsafe fn text_of(bstr: BSTR) -> String {
    if bstr.is_null() {
        return String::new();
    }
    let wide = std::slice::from_raw_parts(bstr, SysStringLen(bstr) as usize);
    String::from_utf16_lossy(wide)
}
