//! Hears a machine's events by closures, and by a channel.

use std::sync::mpsc::channel;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use vmevents::interfaces::{vmLogoff_Forced, vmVMState_Running, vmVirtualMachineEvent_GuestLogoff};
use vmevents::{Apartment, Error, Events, Host, Sink, Value};

const NAME: &str = "Rust example";

fn main() -> Result<(), Error> {
    let _apartment = Apartment::multithreaded()?;
    let host = Host::open()?;
    let machine = host.create_machine(NAME)?;
    let sink = Sink::new()?;
    let main_thread = thread::current().id();

    // What takes time is left to the thread behind a channel.
    let (sender, receiver) = channel();
    let sender = Mutex::new(sender);
    let all = sink.on(Events::All, None, move |event| {
        let elsewhere = thread::current().id() != main_thread;
        let _ = sender.lock().unwrap().send((event.to_string(), elsewhere));
    })?;
    let logoffs = sink.on(
        Events::Machine,
        Some(vmVirtualMachineEvent_GuestLogoff),
        |event| {
            if event.arguments().next() == Some(Value::Int(vmLogoff_Forced)) {
                println!("somebody was thrown out");
            }
        },
    )?;
    let connection = sink.connect(&machine, "")?;

    machine.raise("OnStateChange", &[vmVMState_Running.into()])?;
    machine.raise("OnGuestLogoff", &[vmLogoff_Forced.into()])?;
    machine.raise(
        "OnConfigurationChanged",
        &["hardware/memory/ram_size".into(), 2048.into()],
    )?;
    machine.raise("OnDiskOutOfSpace", &[true.into()])?;
    println!("{} have not come", sink.catch_up(Duration::from_secs(60))?);
    println!("{}: state {}", machine.name()?, machine.state()?);

    // It is not called any more; nor is there one who sends.
    drop(logoffs);
    drop(all);
    machine.raise("OnGuestLogoff", &["vmLogoff_Forced".into()])?;
    sink.catch_up(Duration::from_secs(60))?;
    for (event, elsewhere) in receiver {
        println!("{event}, on another thread: {elsewhere}");
    }
    println!("{} events were received", sink.received()?);

    // Failures say what is wrong.
    if let Err(error) = sink.raise_guest_logoff(3) {
        println!("{error}");
    }
    if let Err(error) = machine.raise("OnNothing", &[]) {
        println!("0x{:08X} from the host", error.code());
    }
    drop(connection);
    host.remove_machine(NAME)
}
