/*
 * Writes down what programs that were compiled against vmevents rely on: the type library, the exports of vmevents.dll
 * and what vmevents.h adds for C. One fact a line, the same for the same interface, so that two releases can be compared
 * (interface_same.cmake). What differs with the bitness has that in front.
 */
#include "typelib/library.h"

#include <stddef.h>
#include <stdio.h>
#include <wchar.h>

#include "vmevents.h"

#ifdef _WIN64
#define BITNESS "win64"
#else
#define BITNESS "win32"
#endif

static const WCHAR *guid_text(const GUID *guid)
{
    static WCHAR text[40];

    CHECK(StringFromGUID2(guid, text, 40));
    return text;
}

static void write_name(const char *before, ITypeInfo *info, MEMBERID member)
{
    BSTR name = type_name(info, member);

    printf("%s%ls", before, name);
    SysFreeString(name);
}

static void write_type(const char *before, ITypeInfo *info, const TYPEDESC *type)
{
    BSTR text = type_text(info, type);

    printf("%s%ls", before, text);
    SysFreeString(text);
}

static void write_param(ITypeInfo *info, const ELEMDESC *param)
{
    static const struct
    {
        USHORT flag;
        const char *word;
    } words[] = {
            {PARAMFLAG_FIN, "in "},
            {PARAMFLAG_FOUT, "out "},
            {PARAMFLAG_FRETVAL, "retval "},
            {PARAMFLAG_FOPT, "optional "},
            {PARAMFLAG_FHASDEFAULT, "defaulted "},
    };

    for (size_t i = 0; i < ARRAYSIZE(words); ++i)
    {
        if (param->paramdesc.wParamFlags & words[i].flag)
            printf("%s", words[i].word);
    }
    write_type("", info, &param->tdesc);
}

static const char *invoke_word(INVOKEKIND kind)
{
    switch (kind)
    {
        case INVOKE_FUNC:
            return "";
        case INVOKE_PROPERTYGET:
            return "get ";
        case INVOKE_PROPERTYPUT:
            return "put ";
        case INVOKE_PROPERTYPUTREF:
            return "putref ";
    }
    fail_msg("no such kind of a function: %d", (int)kind);
    return NULL;
}

/* A line for each function of the type itself. `slots`: it has a vtable, whose order counts. */
static void write_functions(ITypeInfo *info, bool slots)
{
    FUNCDESC *function;

    for (UINT i = 0; SUCCEEDED(ITypeInfo_GetFuncDesc(info, i, &function)); ++i)
    {
        if (!is_inherited(function))
        {
            printf("  ");
            if (slots)
                printf("slot %u, ", (unsigned int)(function->oVft / sizeof(void *)));
            printf("id %ld, flags %#x: %s", (long)function->memid, function->wFuncFlags,
                    invoke_word(function->invkind));
            write_type("", info, &function->elemdescFunc.tdesc);
            write_name(" ", info, function->memid);
            for (SHORT j = 0; j < function->cParams; ++j)
            {
                printf(j ? ", " : "(");
                write_param(info, &function->lprgelemdescParam[j]);
            }
            printf(function->cParams ? ")\n" : "()\n");
        }
        ITypeInfo_ReleaseFuncDesc(info, function);
    }
}

static void write_variables(ITypeInfo *info, UINT count)
{
    for (UINT i = 0; i < count; ++i)
    {
        VARDESC *variable;

        assert_int_equal(ITypeInfo_GetVarDesc(info, i, &variable), S_OK);
        assert_int_equal(variable->varkind, VAR_CONST);
        assert_int_equal(V_VT(variable->lpvarValue), VT_I4);
        write_name("  ", info, variable->memid);
        printf(" = %ld\n", (long)V_I4(variable->lpvarValue));
        ITypeInfo_ReleaseVarDesc(info, variable);
    }
}

static void write_implemented(ITypeInfo *info, UINT count)
{
    for (UINT i = 0; i < count; ++i)
    {
        ITypeInfo *referenced;
        HREFTYPE reference;
        INT flags;

        assert_int_equal(ITypeInfo_GetImplTypeFlags(info, i, &flags), S_OK);
        assert_int_equal(ITypeInfo_GetRefTypeOfImplType(info, i, &reference), S_OK);
        assert_int_equal(ITypeInfo_GetRefTypeInfo(info, reference, &referenced), S_OK);
        printf("  flags %#x:", (unsigned int)flags);
        write_name(" ", referenced, MEMBERID_NIL);
        printf("\n");
        ITypeInfo_Release(referenced);
    }
}

static void write_type_info(ITypeInfo *info)
{
    static const char *const kinds[TKIND_MAX] = {[TKIND_ENUM] = "enum",
            [TKIND_INTERFACE] = "interface",
            [TKIND_DISPATCH] = "dispinterface",
            [TKIND_COCLASS] = "coclass",
            [TKIND_ALIAS] = "alias"};
    TYPEATTR *attr;

    assert_int_equal(ITypeInfo_GetTypeAttr(info, &attr), S_OK);
    assert_true(attr->typekind < TKIND_MAX && kinds[attr->typekind]);
    printf("\n%s", kinds[attr->typekind]);
    write_name(" ", info, MEMBERID_NIL);
    /* widl gives an enumeration without a GUID one that says nothing. */
    if (attr->typekind != TKIND_ENUM)
        printf(" %ls", guid_text(&attr->guid));
    printf(" flags %#x\n", attr->wTypeFlags);
    switch (attr->typekind)
    {
        case TKIND_ENUM:
            write_variables(info, attr->cVars);
            break;
        case TKIND_COCLASS:
            write_implemented(info, attr->cImplTypes);
            break;
        case TKIND_DISPATCH:
            if (attr->wTypeFlags & TYPEFLAG_FDUAL)
            {
                ITypeInfo *vtable = type_vtable(info);

                write_functions(vtable, true);
                ITypeInfo_Release(vtable);
            }
            else
                write_functions(info, false);
            break;
        case TKIND_INTERFACE:
            write_functions(info, true);
            break;
        default:
            break;
    }
    ITypeInfo_ReleaseTypeAttr(info, attr);
}

static void write_library(void)
{
    TLIBATTR *attr;

    library_open("vmevents.dll");
    assert_int_equal(ITypeLib_GetLibAttr(library, &attr), S_OK);
    printf("library %ls %u.%u\n", guid_text(&attr->guid), attr->wMajorVerNum, attr->wMinorVerNum);
    ITypeLib_ReleaseTLibAttr(library, attr);
    for (UINT i = 0; i < ITypeLib_GetTypeInfoCount(library); ++i)
    {
        ITypeInfo *info;

        assert_int_equal(ITypeLib_GetTypeInfo(library, i, &info), S_OK);
        write_type_info(info);
        ITypeInfo_Release(info);
    }
    library_close();
}

/* By name: who links against the import library has no ordinals. */
static void write_exports(void)
{
    const IMAGE_EXPORT_DIRECTORY *exports;
    const IMAGE_NT_HEADERS *headers;
    WCHAR path[MAX_PATH];
    const BYTE *image;
    const DWORD *names;
    HMODULE module;

    CHECK(GetModuleFileNameW(NULL, path, MAX_PATH - 32));
    *wcsrchr(path, L'\\') = 0;
    wcscpy(wcsrchr(path, L'\\'), L"\\bin\\vmevents.dll");
    CHECK((module = LoadLibraryExW(path, NULL, DONT_RESOLVE_DLL_REFERENCES)));
    image = (const BYTE *)module;
    headers = (const void *)(image + ((const IMAGE_DOS_HEADER *)image)->e_lfanew);
    exports = (const void *)(image
            + headers->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_EXPORT].VirtualAddress);
    names = (const void *)(image + exports->AddressOfNames);
    printf("\nexports\n");
    for (DWORD i = 0; i < exports->NumberOfNames; ++i)
        printf("  %s\n", (const char *)(image + names[i]));
    FreeLibrary(module);
}

#define SLOT(method) ((unsigned int)(offsetof(IVMEventCallbacksVtbl, method) / sizeof(void *)))
#define FIELD(type, field) printf("  " BITNESS " %u: " #type "." #field "\n", (unsigned int)offsetof(type, field))
#define ERROR_CODE(name) printf("  %#lx: " #name "\n", (unsigned long)(name))

static void write_header(void)
{
    printf("\ninterface of C's IVMEventCallbacks %ls\n", guid_text(&IID_IVMEventCallbacks));
    printf("  slot %u: AddCallback\n", SLOT(AddCallback));
    printf("  slot %u: RemoveCallback\n", SLOT(RemoveCallback));

    printf("\nstructures\n");
    FIELD(VMEVENT, events);
    FIELD(VMEVENT, id);
    FIELD(VMEVENT, name);
    FIELD(VMEVENT, source);
    FIELD(VMEVENT, argCount);
    FIELD(VMEVENT, args);
    FIELD(VMEVENT, details);
    FIELD(VMEVENTDETAILS, count);
    FIELD(VMEVENTDETAILS, details);
    FIELD(VMEVENTDETAIL, name);
    FIELD(VMEVENTDETAIL, value);

    printf("\nerrors\n");
    ERROR_CODE(VM_E_TIMED_OUT);
    ERROR_CODE(VM_E_VM_NOT_RUNNING);
    ERROR_CODE(VM_E_VM_UNKNOWN);
    ERROR_CODE(VM_E_CONFIG_NO_NAME);
    ERROR_CODE(VM_E_CONFIG_NAME_TOO_LONG);
    ERROR_CODE(VM_E_CONFIG_NAME_INVALID_CHAR);
    ERROR_CODE(VM_E_CONFIG_DUPLICATE_NAME);
    ERROR_CODE(VM_E_ADDITIONS_NOT_AVAIL);
    ERROR_CODE(VM_E_ADDITIONS_FEATURE_NOT_AVAIL);
}

/* A failed assertion outside of a cmocka test ends the program. */
int main(void)
{
    write_library();
    write_exports();
    write_header();
    return 0;
}
