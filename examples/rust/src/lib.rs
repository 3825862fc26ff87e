//! Virtual machine events, by closures: a safe face of the COM sink vmevents.dll.
//!
//! ```no_run
//! use vmevents::{Apartment, Events, Host, Sink};
//!
//! # fn main() -> Result<(), vmevents::Error> {
//! let _apartment = Apartment::multithreaded()?;
//! let machine = Host::open()?.find_machine("Office")?;
//! let sink = Sink::new()?;
//! let _subscription = sink.on(Events::Machine, None, |event| println!("{event}"))?;
//! let _connection = sink.connect(&machine, "")?;
//! std::thread::park();
//! # Ok(())
//! # }
//! ```
//!
//! Closures run on the thread that an event arrives on, which is one of COM's, while its source waits: they are brief, and
//! hand on what takes time (`std::sync::mpsc`). [`Subscription`] and [`Connection`] end what they stand for when they are
//! dropped. What is not wrapped here can be called through [`interfaces`].
#![cfg(windows)]
#![warn(missing_docs)]

mod callbacks;
mod com;
mod host;
pub mod interfaces;
mod sink;
mod value;

pub use com::{Apartment, Error};
pub use host::{Host, Machine};
pub use sink::{Connection, Event, Events, Sink, Subscription};
pub use value::Value;
