//! Arguments of events.

use std::fmt;
use std::ptr;

use winapi::shared::winerror::E_OUTOFMEMORY;
use winapi::shared::wtypes::{VARIANT_FALSE, VARIANT_TRUE};
use winapi::shared::wtypes::{
    VARTYPE, VT_BOOL, VT_BSTR, VT_EMPTY, VT_I2, VT_I4, VT_NULL, VT_R8, VT_VARIANT,
};
use winapi::um::oaidl::{SAFEARRAY, VARIANT};
use winapi::um::oleauto::{
    SafeArrayAccessData, SafeArrayCreateVector, SafeArrayDestroy, SafeArrayUnaccessData,
};

use crate::com::{check, text_of, Error, Text};

/// An argument of an event.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing.
    Empty,
    /// `VARIANT_BOOL`.
    Bool(bool),
    /// A number; an enumerator too.
    Int(i32),
    /// A number that has a fraction.
    Double(f64),
    /// A string.
    Text(String),
    /// Something else, of that `VARTYPE`. Only `OnConfigurationChanged` can have it.
    Other(u16),
}

impl Value {
    /// # Safety
    /// It is a VARIANT, whose fields are as its type says.
    pub(crate) unsafe fn of(variant: &VARIANT) -> Value {
        let content = variant.n1.n2();
        match u32::from(content.vt) {
            VT_EMPTY | VT_NULL => Value::Empty,
            VT_BOOL => Value::Bool(*content.n3.boolVal() != VARIANT_FALSE),
            VT_I2 => Value::Int(i32::from(*content.n3.iVal())),
            VT_I4 => Value::Int(*content.n3.lVal()),
            VT_R8 => Value::Double(*content.n3.dblVal()),
            VT_BSTR => Value::Text(text_of(*content.n3.bstrVal())),
            _ => Value::Other(content.vt),
        }
    }

    /// What it says is freed by whoever has `variant`.
    fn write_to(&self, variant: &mut VARIANT) {
        unsafe {
            let content = variant.n1.n2_mut();
            let kind = match self {
                Value::Empty | Value::Other(_) => VT_EMPTY,
                Value::Bool(value) => {
                    *content.n3.boolVal_mut() = if *value { VARIANT_TRUE } else { VARIANT_FALSE };
                    VT_BOOL
                }
                Value::Int(value) => {
                    *content.n3.lVal_mut() = *value;
                    VT_I4
                }
                Value::Double(value) => {
                    *content.n3.dblVal_mut() = *value;
                    VT_R8
                }
                Value::Text(value) => {
                    *content.n3.bstrVal_mut() = Text::new(value).into_bstr();
                    VT_BSTR
                }
            };
            content.vt = kind as VARTYPE;
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Empty => Ok(()),
            Value::Bool(value) => value.fmt(f),
            Value::Int(value) => value.fmt(f),
            Value::Double(value) => value.fmt(f),
            Value::Text(value) => write!(f, "{value:?}"),
            Value::Other(kind) => write!(f, "VARTYPE {kind}"),
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Value::Bool(value)
    }
}

impl From<i32> for Value {
    fn from(value: i32) -> Self {
        Value::Int(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Value::Double(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Value::Text(value.to_owned())
    }
}

/// Arguments as an array of VARIANTs.
pub(crate) struct Array(*mut SAFEARRAY);

impl Array {
    pub(crate) fn new(values: &[Value]) -> Result<Self, Error> {
        let count = u32::try_from(values.len()).expect("less than 4 G arguments");
        let array = Array(unsafe { SafeArrayCreateVector(VT_VARIANT as VARTYPE, 0, count) });
        if array.0.is_null() {
            check(E_OUTOFMEMORY)?;
        }
        unsafe {
            let mut data = ptr::null_mut();
            check(SafeArrayAccessData(array.0, &mut data))?;
            // An empty one has no memory.
            if count > 0 {
                let variants = std::slice::from_raw_parts_mut(data.cast::<VARIANT>(), values.len());
                for (value, variant) in values.iter().zip(variants) {
                    value.write_to(variant);
                }
            }
            SafeArrayUnaccessData(array.0);
        }
        Ok(array)
    }

    pub(crate) fn as_ptr(&self) -> *mut SAFEARRAY {
        self.0
    }
}

impl Drop for Array {
    fn drop(&mut self) {
        unsafe { SafeArrayDestroy(self.0) };
    }
}
