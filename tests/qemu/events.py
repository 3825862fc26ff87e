"""The events as watch.js prints them, by short names, for tables that can be taken in at a glance, and an HRESULT."""

LOGOFF_NORMAL = "OnGuestLogoff(logoffType=vmLogoff_Normal)"
LOGOFF_FORCED = "OnGuestLogoff(logoffType=vmLogoff_Forced)"
LOGOFF_EXTERNAL = "OnGuestLogoff(logoffType=vmLogoff_External)"

RESET = "OnReset()"
TRIPLE_FAULT = "OnTripleFault()"
HEARTBEAT_STOPPED = "OnHeartbeatStopped()"
REQUEST_SHUTDOWN = "OnRequestShutdown()"
GUEST_SHUTDOWN = "OnGuestShutdown()"
ADDITIONS_AVAILABLE = "OnAdditionsAvailable()"
ADDITIONS_UNINSTALLED = "OnAdditionsUninstalled()"

DISK_FULL = "OnDiskOutOfSpace(criticallyLow=True)"
DISK_WARNING = "OnDiskOutOfSpace(criticallyLow=False)"


def state(name):
    return f"OnStateChange(virtualMachineState=vmVMState_{name})"


RUNNING = state("Running")
PAUSED = state("Paused")
SAVING = state("Saving")
SAVED = state("Saved")
RESTORING = state("Restoring")
TURNING_OFF = state("TurningOff")
TURNED_OFF = state("TurnedOff")
DELETED = state("DeleteMachine")


def setting(key, value):
    return f'OnConfigurationChanged(configKey="{key}", configData={value})'


def dvd_insert(path):
    return f'IVMDVDDriveEvents.OnMediaInsert(mediaPath="{path}")'


def dvd_eject(path):
    return f'IVMDVDDriveEvents.OnMediaEject(mediaPath="{path}")'


def floppy_insert(path):
    return f'IVMFloppyDriveEvents.OnMediaInsert(mediaPath="{path}")'


def floppy_eject(path):
    return f'IVMFloppyDriveEvents.OnMediaEject(mediaPath="{path}")'


# VM_E_ADDITIONS_NOT_AVAIL
ADDITIONS_NOT_AVAILABLE = 0xA0040504
