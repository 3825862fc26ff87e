# perl csharp.pl vmevents.idl FILE: writes the library's declarations for C#, as dotnet/VMEvents.Interop has them.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use IDL 'read_library';

my ($idl, $file) = @ARGV;
my $library = read_library($idl);
my %keywords = map { $_ => 1 } qw(
    abstract as base bool break byte case catch char checked class const continue decimal default delegate do double else enum
    event explicit extern false finally fixed float for foreach goto if implicit in int interface internal is lock long
    namespace new null object operator out override params private protected public readonly ref return sbyte sealed short
    sizeof stackalloc static string struct switch this throw true try typeof uint ulong unchecked unsafe ushort using virtual
    void volatile while
);
my %is_ours = map { $_->{name} => 1 } @{$library->{enums}}, @{$library->{interfaces}};

# Interfaces of COM have what is not said here by themselves: a string is a BSTR, a bool a VARIANT_BOOL, an object a
# VARIANT, a DateTime a DATE, object[] a SAFEARRAY of VARIANTs.
my %types = (
    'BSTR' => 'string', 'DATE' => 'DateTime', 'VARIANT' => 'object', 'VARIANT_BOOL' => 'bool', 'long' => 'int',
    'SAFEARRAY(VARIANT)' => 'object[]', 'IUnknown*' => 'object',
);

sub type_of {
    my ($type) = @_;
    return $types{$type} if $types{$type};
    (my $name = $type) =~ s/\*\z//;
    die "what is $type in C#?" unless $is_ours{$name};
    return $name;
}

sub param_of {
    my ($param, $member) = @_;
    my $text = '';
    $text .= '[MarshalAs(UnmanagedType.IUnknown)] ' if $param->{type} eq 'IUnknown*';
    $text .= '[Optional] ' if $param->{optional};
    $text .= 'params ' if $member->{vararg} && $param == $member->{params}[-1];
    $text .= type_of($param->{type}) . ' ' . ($keywords{$param->{name}} ? '@' : '') . $param->{name};
    $text .= " = $param->{default}" if defined $param->{default};
    return $text;
}

sub params_of { my ($member) = @_; return join ', ', map { param_of($_, $member) } @{$member->{params}} }

sub xml { my ($text) = @_; $text =~ s/&/&amp;/g; $text =~ s/</&lt;/g; $text =~ s/>/&gt;/g; return $text }

# A type's documentation is indented by 4, a member's by 8.
sub summary {
    my ($indent, $help) = @_;
    return defined $help ? ' ' x $indent . '/// <summary>' . xml($help) . ".</summary>\n" : '';
}

sub enum_of {
    my ($enum) = @_;
    my $text = summary(4, $enum->{help}) . qq{    [Guid("$enum->{uuid}")]\n    public enum $enum->{name}\n    \{\n};
    my @values = map { summary(8, $_->{comment}) . "        $_->{name} = $_->{value}" } @{$enum->{values}};
    return $text . join(",\n", @values) . "\n    }\n";
}

# What one entry of the interface's table is, or two, where a property can be read and written.
sub member_of {
    my ($member, $next) = @_;
    my $result = $member->{result} ? type_of($member->{result}{type}) : 'void';
    my $params = params_of($member);
    my $text = summary(8, $member->{help});
    if ($member->{id} == -4) {
        return "        /// <summary>What <c>foreach</c> calls.</summary>\n"
            . "        [DispId(-4)]\n"
            . "        [return: MarshalAs(UnmanagedType.CustomMarshaler, MarshalType = Marshalers.Enumerator)]\n"
            . "        new IEnumerator GetEnumerator();\n";
    }
    if ($member->{kind} eq 'get' && $params && $member->{id} == 0) {
        return $text . "        [DispId(0)]\n        [IndexerName(\"$member->{name}\")]\n"
            . "        $result this[$params] { get; }\n";
    }
    $text .= "        [DispId($member->{id})]\n";
    # C# has no properties with parameters but one.
    return "$text        $result $member->{name}($params);\n" if $member->{kind} eq 'method' || $params;
    my $writable = $next && $next->{kind} eq 'put' && $next->{id} == $member->{id};
    return "$text        $result $member->{name} { get;" . ($writable ? ' set;' : '') . " }\n";
}

sub members_of {
    my ($interface) = @_;
    my @members = @{$interface->{members}};
    my @texts;
    for my $i (0 .. $#members) {
        if ($members[$i]{kind} eq 'put') {
            die "$members[$i]{name} is not written right behind where it is read"
                unless $i && $members[$i - 1]{kind} eq 'get' && $members[$i - 1]{id} == $members[$i]{id};
            next;
        }
        push @texts, member_of($members[$i], $members[$i + 1]);
    }
    return join "\n", @texts;
}

sub interface_of {
    my ($interface) = @_;
    my $kind = $interface->{kind} eq 'dual' ? 'InterfaceIsDual' : 'InterfaceIsIDispatch';
    my $bases = (grep { $_->{id} == -4 } @{$interface->{members}}) ? ' : IEnumerable' : '';
    return summary(4, $interface->{help}) . "    [ComImport]\n    [Guid(\"$interface->{uuid}\")]\n"
        . "    [InterfaceType(ComInterfaceType.$kind)]\n    public interface $interface->{name}$bases\n    {\n"
        . members_of($interface) . "    }\n";
}

# The interface of a class's name is what `new` makes an object of.
sub class_of {
    my ($class) = @_;
    my ($default) = grep { $_->{default} && !$_->{source} } @{$class->{interfaces}};
    my ($interface) = grep { $_->{name} eq $default->{name} } @{$library->{interfaces}};
    my @sources = map { "typeof($_->{name})" } grep { $_->{source} } @{$class->{interfaces}};
    return summary(4, $class->{help}) . "    [ComImport]\n    [Guid(\"$interface->{uuid}\")]\n"
        . "    [CoClass(typeof($class->{name}Class))]\n"
        . "    public interface $class->{name} : $default->{name}\n    {\n    }\n\n"
        . "    /// <summary>The class behind <see cref=\"$class->{name}\"/>: <c>new $class->{name}()</c>.</summary>\n"
        . "    [ComImport]\n    [Guid(\"$class->{uuid}\")]\n    [ClassInterface(ClassInterfaceType.None)]\n"
        . (@sources <= 4 ? "    [ComSourceInterfaces(" . join(",\n        ", @sources) . ")]\n" : die 'too many sources')
        . "    public class $class->{name}Class\n    {\n    }\n";
}

my $head = <<'HEAD';
// <auto-generated>
// Made from idl/vmevents.idl by idl/languages/csharp.pl; the target update_header makes it again.
// </auto-generated>
using System;
using System.Collections;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

// .NET Core 3 calls what has to do with IDispatch obsolete; .NET 5 took that back.
#pragma warning disable 618

HEAD
my $text = $head . qq{[assembly: Guid("$library->{uuid}")]\n}
    . "[assembly: ComVisible(true)]\n\n" . "namespace VMEvents.Interop\n{\n" . join("\n",
    map({ enum_of($_) } @{$library->{enums}}), map({ interface_of($_) } @{$library->{interfaces}}),
    map({ class_of($_) } grep { $_->{creatable} } @{$library->{classes}})) . "}\n";

open my $out, '>:raw', $file or die "$file: $!";
print $out $text;
close $out or die "$file: $!";
