// The header in C++: classes with their IIDs, the members of one of them overridden, and calls.
#include "typelib/sdk_header.h"

// Overrides what IVMTask has, and is not abstract any more: these are its members, of these types.
class Task final : public IVMTask
{
public:
    HRESULT STDMETHODCALLTYPE QueryInterface(REFIID riid, void **object) override
    {
        *object = IsEqualIID(riid, __uuidof(IVMTask)) ? this : nullptr;
        return *object ? S_OK : E_NOINTERFACE;
    }
    ULONG STDMETHODCALLTYPE AddRef() override { return 2; }
    ULONG STDMETHODCALLTYPE Release() override { return 1; }
    HRESULT STDMETHODCALLTYPE GetTypeInfoCount(UINT *) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE GetTypeInfo(UINT, LCID, ITypeInfo **) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE GetIDsOfNames(REFIID, LPOLESTR *, UINT, LCID, DISPID *) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE Invoke(
            DISPID, REFIID, LCID, WORD, DISPPARAMS *, VARIANT *, EXCEPINFO *, UINT *) override
    {
        return E_NOTIMPL;
    }
    HRESULT STDMETHODCALLTYPE WaitForCompletion(long timeout) override { return timeout ? S_OK : S_FALSE; }
    HRESULT STDMETHODCALLTYPE Cancel() override { return E_FAIL; }
    HRESULT STDMETHODCALLTYPE get_PercentCompleted(long *percent) override { return *percent = 100, S_OK; }
    HRESULT STDMETHODCALLTYPE get_Description(BSTR *) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE get_Result(VMTaskResult *result) override
    {
        *result = vmTaskResult_TimeOutError;
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE get_IsCancelable(VARIANT_BOOL *) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE get_ID(long *) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE get_IsComplete(VARIANT_BOOL *) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE get_Error(long *) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE get_ErrorDescription(BSTR *) override { return E_NOTIMPL; }
};

static bool task_works(IVMTask *task)
{
    VMTaskResult result;
    IVMTask *same;
    long percent;

    return task->WaitForCompletion(1) == S_OK && task->get_PercentCompleted(&percent) == S_OK && percent == 100
            && task->get_Result(&result) == S_OK && result == vmTaskResult_TimeOutError
            && task->QueryInterface(IID_IVMTask, reinterpret_cast<void **>(&same)) == S_OK && same == task;
}

// Never called without a Virtual PC: it is to compile.
HRESULT insert(IVMVirtualMachine *machine, BSTR image);

HRESULT insert(IVMVirtualMachine *machine, BSTR image)
{
    IVMDVDDriveCollection *drives;
    IVMDVDDrive *drive;
    HRESULT hr;

    if (FAILED(hr = machine->get_DVDROMDrives(&drives)))
        return hr;
    if (SUCCEEDED(hr = drives->get_Item(1, &drive)))
    {
        hr = drive->AttachImage(image);
        drive->Release();
    }
    drives->Release();
    return hr == VM_E_DRIVE_IN_USE ? S_FALSE : hr;
}

int main()
{
    Task task;

    return guids_are_right() && task_works(&task) ? 0 : 1;
}
