// agreement.exe vmevents.tlb: holds VMEvents.Interop against the type library, as .NET and as OLE see them: every type, GUID,
// DISPID, enumerator, place in a table, parameter and result.
//
// Declarations.cs and the library are made of the same IDL, but by different programs.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.InteropServices.ComTypes;
using VMEvents.Interop;

public static class Agreement
{
    private const int DISPID_NEWENUM = -4;

    private static readonly Assembly Ours = typeof(IVMEventSink).Assembly;
    private static int members;
    private static int faults;

    [DllImport("oleaut32.dll", CharSet = CharSet.Unicode, PreserveSig = false)]
    private static extern void LoadTypeLibEx(string file, int registration, out ITypeLib library);

    public static int Main(string[] args)
    {
        const int REGKIND_NONE = 2;
        var seen = new HashSet<Type>();
        ITypeLib library;

        LoadTypeLibEx(args[0], REGKIND_NONE, out library);
        for (int i = 0; i < library.GetTypeInfoCount(); ++i)
        {
            library.GetTypeInfo(i, out ITypeInfo info);
            Compare(info, seen);
        }

        var left = Ours.GetExportedTypes().Where(type => !seen.Contains(type) && type != typeof(Advice));

        foreach (Type type in left)
            Fault($"{type.Name} is not in the library");
        Console.WriteLine($"{seen.Count} types, {members} members, {faults} faults");
        return faults == 0 && seen.Count > 10 && members > 50 ? 0 : 1;
    }

    private static void Fault(string text)
    {
        ++faults;
        Console.WriteLine(text);
    }

    private static void Expect<T>(string what, T expected, T found)
    {
        if (!Equals(expected, found))
            Fault($"{what}: the library has {expected}, VMEvents.Interop {found}");
    }

    private static string NameOf(ITypeInfo info, int member = -1)
    {
        info.GetDocumentation(member, out string name, out _, out _, out _);
        return name;
    }

    private static TYPEATTR AttributesOf(ITypeInfo info)
    {
        info.GetTypeAttr(out IntPtr place);

        var attributes = Marshal.PtrToStructure<TYPEATTR>(place);

        info.ReleaseTypeAttr(place);
        return attributes;
    }

    private static Type Find(string name, Guid guid, HashSet<Type> seen)
    {
        Type type = Ours.GetType($"VMEvents.Interop.{name}");

        if (type == null)
        {
            Fault($"{name} is missing");
            return null;
        }
        seen.Add(type);
        Expect($"GUID of {name}", guid, type.GUID);
        return type;
    }

    private static void Compare(ITypeInfo info, HashSet<Type> seen)
    {
        string name = NameOf(info);
        TYPEATTR attributes = AttributesOf(info);

        // What is hidden and has no late binding is no one's to call but its own implementers'.
        if (attributes.typekind == TYPEKIND.TKIND_INTERFACE && (attributes.wTypeFlags & TYPEFLAGS.TYPEFLAG_FHIDDEN) != 0)
            return;
        switch (attributes.typekind)
        {
            case TYPEKIND.TKIND_ENUM:
                if (Find(name, attributes.guid, seen) is Type enumeration)
                    CompareEnumeration(info, attributes, enumeration);
                break;
            case TYPEKIND.TKIND_DISPATCH:
                if (Find(name, attributes.guid, seen) is Type type)
                    CompareInterface(info, attributes, type);
                break;
            case TYPEKIND.TKIND_COCLASS:
                if ((attributes.wTypeFlags & TYPEFLAGS.TYPEFLAG_FCANCREATE) != 0)
                    CompareClass(info, attributes, name, seen);
                break;
            case TYPEKIND.TKIND_ALIAS:
                break;
            default:
                Fault($"{name} is a {attributes.typekind}, which is not known here");
                break;
        }
    }

    private static void CompareEnumeration(ITypeInfo info, TYPEATTR attributes, Type type)
    {
        Expect($"enumerators of {type.Name}", attributes.cVars, (short)Enum.GetNames(type).Length);
        Expect($"what {type.Name} is of", typeof(int), Enum.GetUnderlyingType(type));
        for (int i = 0; i < attributes.cVars; ++i)
        {
            info.GetVarDesc(i, out IntPtr place);

            var variable = Marshal.PtrToStructure<VARDESC>(place);
            string name = NameOf(info, variable.memid);
            object value = Marshal.GetObjectForNativeVariant(variable.desc.lpvarValue);

            info.ReleaseVarDesc(place);
            ++members;
            Expect($"{type.Name}.{name}", value, Enum.IsDefined(type, name) ? (int)Enum.Parse(type, name) : (object)null);
        }
    }

    // A dual interface is described twice. The side that is asked for by -1 is the table.
    private static void CompareInterface(ITypeInfo info, TYPEATTR attributes, Type type)
    {
        bool dual = (attributes.wTypeFlags & TYPEFLAGS.TYPEFLAG_FDUAL) != 0;
        var kind = type.GetCustomAttribute<InterfaceTypeAttribute>();
        int expected = dual ? 0 : 2; // InterfaceIsDual, InterfaceIsIDispatch

        Expect($"kind of {type.Name}", expected, (int)kind.Value);
        Expect($"{type.Name} is imported", true, type.IsImport);
        if (dual)
        {
            info.GetRefTypeOfImplType(-1, out int table);
            info.GetRefTypeInfo(table, out info);
            attributes = AttributesOf(info);
        }

        var methods = new List<MethodInfo>(type.GetMethods());
        int count = 0;

        for (int i = 0; i < attributes.cFuncs; ++i)
        {
            info.GetFuncDesc(i, out IntPtr place);

            var function = Marshal.PtrToStructure<FUNCDESC>(place);

            if (dual || (function.wFuncFlags & (short)FUNCFLAGS.FUNCFLAG_FRESTRICTED) == 0)
            {
                ++count;
                CompareMember(info, function, type, methods, dual);
            }
            info.ReleaseFuncDesc(place);
        }
        foreach (MethodInfo method in methods)
            Fault($"{type.Name}.{method.Name} is not in the library");
        if (count == 0)
            Fault($"{type.Name} has no members");
    }

    private static MethodInfo FindMethod(string name, FUNCDESC function, List<MethodInfo> methods)
    {
        string prefix = function.invkind == INVOKEKIND.INVOKE_PROPERTYGET ? "get_"
            : function.invkind == INVOKEKIND.INVOKE_PROPERTYPUT ? "set_" : "";

        if (function.memid == DISPID_NEWENUM)
            return methods.Find(method => method.Name == "GetEnumerator");
        // A library spells a name as its first use does, be that a parameter's.
        return methods.Find(method => method.Name.Equals(prefix + name, StringComparison.OrdinalIgnoreCase)
            || method.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
    }

    private static int DispIdOf(MethodInfo method)
    {
        PropertyInfo property = method.DeclaringType.GetProperties()
            .FirstOrDefault(each => each.GetMethod == method || each.SetMethod == method);
        var id = (property ?? (MemberInfo)method).GetCustomAttribute<DispIdAttribute>();

        return id == null ? int.MinValue : id.Value;
    }

    // Where .NET looks for a method in the table: behind those of IUnknown and IDispatch, in the order of its metadata.
    private static int PlaceOf(MethodInfo method)
    {
        var methods = method.DeclaringType.GetMethods().OrderBy(each => each.MetadataToken).ToList();

        return 7 + methods.IndexOf(method);
    }

    private static void CompareMember(ITypeInfo info, FUNCDESC function, Type type, List<MethodInfo> methods, bool dual)
    {
        string name = NameOf(info, function.memid);
        MethodInfo method = FindMethod(name, function, methods);
        string member = $"{type.Name}.{name}";

        if (method == null)
        {
            Fault($"{member} is missing");
            return;
        }
        ++members;
        methods.Remove(method);
        Expect($"DISPID of {member}", function.memid, DispIdOf(method));
        if (dual)
            Expect($"place of {member}", function.oVft / IntPtr.Size, PlaceOf(method));
        if (function.memid == DISPID_NEWENUM)
            return;

        ParameterInfo[] parameters = method.GetParameters();
        int count = function.cParams;
        Type result = typeof(void);

        if (count > 0)
        {
            ELEMDESC last = ElementOf(function, count - 1);

            if ((last.desc.paramdesc.wParamFlags & PARAMFLAG.PARAMFLAG_FRETVAL) != 0)
            {
                --count;
                result = TypeOf(info, Marshal.PtrToStructure<TYPEDESC>(last.tdesc.lpValue));
            }
        }
        Expect($"result of {member}", result, method.ReturnType);
        Expect($"parameters of {member}", count, parameters.Length);
        for (int i = 0; i < Math.Min(count, parameters.Length); ++i)
            CompareParameter($"{member}, {parameters[i].Name}", info, ElementOf(function, i), parameters[i]);
        Expect($"{member} takes any number of arguments", function.cParamsOpt == -1,
            parameters.Length > 0 && parameters[^1].GetCustomAttribute<ParamArrayAttribute>() != null);
    }

    private static ELEMDESC ElementOf(FUNCDESC function, int index) =>
        Marshal.PtrToStructure<ELEMDESC>(function.lprgelemdescParam + index * Marshal.SizeOf<ELEMDESC>());

    private static void CompareParameter(string what, ITypeInfo info, ELEMDESC element, ParameterInfo parameter)
    {
        const PARAMFLAG optional = PARAMFLAG.PARAMFLAG_FOPT;
        const PARAMFLAG defaulted = PARAMFLAG.PARAMFLAG_FHASDEFAULT;
        PARAMFLAG flags = element.desc.paramdesc.wParamFlags;
        var marshaled = parameter.GetCustomAttribute<MarshalAsAttribute>();

        Expect(what, TypeOf(info, element.tdesc), parameter.ParameterType);
        Expect($"{what} can be left out", (flags & (optional | defaulted)) != 0, parameter.IsOptional);
        Expect($"{what} is an IUnknown", (VarEnum)element.tdesc.vt == VarEnum.VT_UNKNOWN,
            marshaled != null && marshaled.Value == UnmanagedType.IUnknown);
        // A PARAMDESCEX: its size, and behind that, at 8, the VARIANT.
        if ((flags & defaulted) != 0)
            Expect($"default of {what}", Marshal.GetObjectForNativeVariant(element.desc.paramdesc.lpVarValue + 8) ?? "",
                parameter.DefaultValue);
    }

    private static Type TypeOf(ITypeInfo info, TYPEDESC description)
    {
        switch ((VarEnum)description.vt)
        {
            case VarEnum.VT_I4:
                return typeof(int);
            case VarEnum.VT_BSTR:
                return typeof(string);
            case VarEnum.VT_DATE:
                return typeof(DateTime);
            case VarEnum.VT_BOOL:
                return typeof(bool);
            case VarEnum.VT_VARIANT:
            case VarEnum.VT_UNKNOWN:
                return typeof(object);
            case VarEnum.VT_SAFEARRAY:
                return TypeOf(info, Marshal.PtrToStructure<TYPEDESC>(description.lpValue)).MakeArrayType();
            case VarEnum.VT_PTR:
                return TypeOf(info, Marshal.PtrToStructure<TYPEDESC>(description.lpValue));
            case VarEnum.VT_USERDEFINED:
                info.GetRefTypeInfo((int)description.lpValue, out ITypeInfo referred);
                return Ours.GetType($"VMEvents.Interop.{NameOf(referred)}");
            default:
                throw new NotSupportedException($"what is VARTYPE {description.vt} in C#?");
        }
    }

    private static void CompareClass(ITypeInfo info, TYPEATTR attributes, string name, HashSet<Type> seen)
    {
        Type type = Find($"{name}Class", attributes.guid, seen);
        Type face = Ours.GetType($"VMEvents.Interop.{name}");
        var sources = new List<string>();

        if (type == null || face == null)
        {
            Fault($"{name} is missing");
            return;
        }
        seen.Add(face);
        Expect($"class of {name}", type, face.GetCustomAttribute<CoClassAttribute>()?.CoClass);
        for (int i = 0; i < attributes.cImplTypes; ++i)
        {
            info.GetImplTypeFlags(i, out IMPLTYPEFLAGS flags);
            info.GetRefTypeOfImplType(i, out int reference);
            info.GetRefTypeInfo(reference, out ITypeInfo implemented);
            if ((flags & IMPLTYPEFLAGS.IMPLTYPEFLAG_FSOURCE) != 0)
                sources.Add($"VMEvents.Interop.{NameOf(implemented)}");
            else if ((flags & IMPLTYPEFLAGS.IMPLTYPEFLAG_FDEFAULT) != 0)
            {
                Expect($"default interface of {name}", NameOf(implemented), face.GetInterfaces()[0].Name);
                Expect($"GUID of {name}", AttributesOf(implemented).guid, face.GUID);
            }
        }
        Expect($"sources of {name}", string.Join(", ", sources),
            type.GetCustomAttribute<ComSourceInterfacesAttribute>()?.Value.TrimEnd('\0').Replace("\0", ", "));
    }
}
