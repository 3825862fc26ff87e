/*
 * The event interfaces and enumerations of Windows Virtual PC, written down from its reference
 * (VPCCOMInterfaces.h); the enumerations' UUIDs from the header of the Windows 7 SDK. On purpose nothing here comes
 * from our IDL.
 */
#include "typelib/virtual_pc.h"

const struct virtual_pc_interface virtual_pc_interfaces[VIRTUAL_PC_INTERFACE_COUNT] = {
        {L"IVMVirtualMachineEvents", {0x9d84f560, 0xbb67, 0x4961, {0xbd, 0x12, 0xa4, 0xda, 0x78, 0x0c, 0x67, 0xe4}}, 12,
                {
                        {1, L"OnStateChange", 1, {{L"virtualMachineState", L"VMVMState"}}},
                        {2, L"OnRequestShutdown", 0, {{NULL, NULL}}},
                        {3, L"OnReset", 0, {{NULL, NULL}}},
                        {4, L"OnTripleFault", 0, {{NULL, NULL}}},
                        {5, L"OnHeartbeatStopped", 0, {{NULL, NULL}}},
                        {6, L"OnConfigurationChanged", 2, {{L"configKey", L"BSTR"}, {L"configData", L"VARIANT"}}},
                        {7, L"OnEnhancedVideoModeChanged", 1, {{L"enhancedVideoMode", L"VARIANT_BOOL"}}},
                        {8, L"OnAdditionsUninstalled", 0, {{NULL, NULL}}},
                        {9, L"OnAdditionsAvailable", 0, {{NULL, NULL}}},
                        {10, L"OnGuestShutdown", 0, {{NULL, NULL}}},
                        {11, L"OnGuestLogoff", 1, {{L"logoffType", L"VMLogoffType"}}},
                        {12, L"OnDiskOutOfSpace", 1, {{L"criticallyLow", L"VARIANT_BOOL"}}},
                }},
        {L"IVMVirtualPCEvents", {0xefed1ef1, 0x3c09, 0x41f7, {0xa9, 0xc2, 0x7e, 0x29, 0xfa, 0x28, 0x6c, 0x9d}}, 4,
                {
                        {1, L"OnServiceEvent", 1, {{L"logMessageID", L"long"}}},
                        {2, L"OnVMStateChange", 2,
                                {{L"virtualMachineConfig", L"BSTR"}, {L"virtualMachineState", L"VMVMState"}}},
                        {3, L"OnEventLogged", 1, {{L"logMessageID", L"long"}}},
                        {4, L"OnHeartbeatStopped", 1, {{L"virtualMachineConfig", L"BSTR"}}},
                }},
        {L"IVMDVDDriveEvents", {0xc2a7d8e9, 0xe76c, 0x4eb8, {0x94, 0xf7, 0x71, 0xa5, 0x12, 0x2d, 0x24, 0x9b}}, 2,
                {
                        {1, L"OnMediaInsert", 1, {{L"mediaPath", L"BSTR"}}},
                        {2, L"OnMediaEject", 1, {{L"mediaPath", L"BSTR"}}},
                }},
        {L"IVMFloppyDriveEvents", {0xa9ed3401, 0x4e09, 0x4177, {0x86, 0xec, 0xa1, 0x3b, 0xf9, 0xfa, 0x7d, 0x4e}}, 2,
                {
                        {1, L"OnMediaInsert", 1, {{L"mediaPath", L"BSTR"}}},
                        {2, L"OnMediaEject", 1, {{L"mediaPath", L"BSTR"}}},
                }},
};

/* Written down from the type library of Virtual Server 2005. */
const struct virtual_pc_interface virtual_server_interfaces[VIRTUAL_PC_INTERFACE_COUNT] = {
        {L"IVMVirtualMachineEvents", {0xd413ca60, 0x3086, 0x4657, {0x83, 0xea, 0x99, 0x69, 0x6b, 0x60, 0xed, 0x78}}, 6,
                {
                        {1, L"OnStateChange", 1, {{L"virtualMachineState", L"VMVMState"}}},
                        {2, L"OnRequestShutdown", 0, {{NULL, NULL}}},
                        {3, L"OnReset", 0, {{NULL, NULL}}},
                        {4, L"OnTripleFault", 0, {{NULL, NULL}}},
                        {5, L"OnHeartbeatStopped", 0, {{NULL, NULL}}},
                        {6, L"OnConfigurationChanged", 2, {{L"configKey", L"BSTR"}, {L"configData", L"VARIANT"}}},
                }},
        {L"IVMVirtualServerEvents", {0xdf46b133, 0xf14f, 0x4168, {0xbe, 0x23, 0x82, 0x97, 0x1d, 0x82, 0x6a, 0x1e}}, 4,
                {
                        {1, L"OnServiceEvent", 1, {{L"logMessageID", L"long"}}},
                        {2, L"OnVMStateChange", 2,
                                {{L"virtualMachineConfig", L"BSTR"}, {L"virtualMachineState", L"VMVMState"}}},
                        {3, L"OnEventLogged", 1, {{L"logMessageID", L"long"}}},
                        {4, L"OnHeartbeatStopped", 1, {{L"virtualMachineConfig", L"BSTR"}}},
                }},
        {L"IVMDVDDriveEvents", {0xdcfaf56f, 0x3869, 0x46e3, {0x91, 0x4d, 0x71, 0xc0, 0x07, 0x2d, 0xd4, 0x60}}, 2,
                {
                        {1, L"OnMediaInsert", 1, {{L"mediaPath", L"BSTR"}}},
                        {2, L"OnMediaEject", 1, {{L"mediaPath", L"BSTR"}}},
                }},
        {L"IVMFloppyDriveEvents", {0xdb5ecaf1, 0xac8b, 0x4b18, {0x9a, 0x1e, 0xed, 0x8f, 0x55, 0x0d, 0xfc, 0x06}}, 2,
                {
                        {1, L"OnMediaInsert", 1, {{L"mediaPath", L"BSTR"}}},
                        {2, L"OnMediaEject", 1, {{L"mediaPath", L"BSTR"}}},
                }},
};

const struct virtual_pc_enumeration virtual_pc_enumerations[VIRTUAL_PC_ENUMERATION_COUNT] = {
        {L"VMLogoffType", {0x7aa05db2, 0x2aec, 0x4b9e, {0xb0, 0x11, 0x87, 0x53, 0x03, 0x42, 0x4d, 0xa6}}, 3,
                {
                        {L"vmLogoff_Normal", 0},
                        {L"vmLogoff_Forced", 1},
                        {L"vmLogoff_External", 2},
                }},
        {L"VMVMState", {0x942984fb, 0x1d9c, 0x4b65, {0x8c, 0xb2, 0x43, 0x92, 0x8a, 0x45, 0x2b, 0x7a}}, 11,
                {
                        {L"vmVMState_Invalid", 0},
                        {L"vmVMState_TurnedOff", 1},
                        {L"vmVMState_Saved", 2},
                        {L"vmVMState_TurningOn", 3},
                        {L"vmVMState_Restoring", 4},
                        {L"vmVMState_Running", 5},
                        {L"vmVMState_Paused", 6},
                        {L"vmVMState_Saving", 7},
                        {L"vmVMState_TurningOff", 8},
                        {L"vmVMState_MergingDrives", 9},
                        {L"vmVMState_DeleteMachine", 10},
                }},
        {L"VMVirtualMachineEvents", {0xe6ad021d, 0x4c84, 0x420d, {0xa0, 0xfc, 0xa7, 0xbd, 0x19, 0x25, 0x09, 0x49}}, 12,
                {
                        {L"vmVirtualMachineEvent_StateChanged", 1},
                        {L"vmVirtualMachineEvent_RequestShutdown", 2},
                        {L"vmVirtualMachineEvent_Reset", 3},
                        {L"vmVirtualMachineEvent_TripleFault", 4},
                        {L"vmVirtualMachineEvent_HeartbeatStopped", 5},
                        {L"vmVirtualMachineEvent_ConfigurationChanged", 6},
                        {L"vmVirtualMachineEvent_EnhancedVideoModeChanged", 7},
                        {L"vmVirtualMachineEvent_AdditionsUninstalled", 8},
                        {L"vmVirtualMachineEvent_AdditionsAvailable", 9},
                        {L"vmVirtualMachineEvent_GuestShutdown", 10},
                        {L"vmVirtualMachineEvent_GuestLogoff", 11},
                        {L"vmVirtualMachineEvent_DiskOutOfSpace", 12},
                }},
        {L"VMVirtualPCEvent", {0x5b030e37, 0xc851, 0x4cd8, {0xb4, 0x4e, 0x0d, 0xad, 0xf0, 0x7d, 0x86, 0x6e}}, 4,
                {
                        {L"vmVirtualPCEvent_ServiceEvent", 1},
                        {L"vmVirtualPCEvent_VMStateChange", 2},
                        {L"vmVirtualPCEvent_EventLogged", 3},
                        {L"vmVirtualPCEvent_VMHeartbeatStopped", 4},
                }},
        {L"VMDVDDriveEvent", {0x27834185, 0xe110, 0x4dbf, {0x9a, 0x99, 0xca, 0x56, 0xe6, 0xbf, 0xf4, 0x36}}, 2,
                {
                        {L"vmDVDDriveEvent_OnInsert", 1},
                        {L"vmDVDDriveEvent_OnEject", 2},
                }},
        {L"vmFloppyDriveEvent", {0xdfd0275a, 0xffd0, 0x4c66, {0xbe, 0x25, 0xfc, 0x73, 0xa4, 0xcf, 0xf2, 0x55}}, 2,
                {
                        {L"vmFloppyDriveEvent_OnInsert", 1},
                        {L"vmFloppyDriveEvent_OnEject", 2},
                }},
};
