# perl rust.pl vmevents.idl FILE: writes the library's declarations for Rust, by the macros of the crate winapi, as
# examples/rust has them.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use IDL 'read_library';

my ($idl, $file) = @ARGV;
my $library = read_library($idl);
my %is_enum = map { $_->{name} => 1 } @{$library->{enums}};
my %is_interface = map { $_->{name} => 1 } @{$library->{interfaces}};
my %keywords = map { $_ => 1 } qw(
    abstract as async await become box break const continue crate do dyn else enum extern false final fn for if impl in let loop
    macro match mod move mut override priv pub ref return self static struct super trait true try type typeof unsafe unsized
    use virtual where while yield
);

my %types = (
    'BSTR' => 'BSTR', 'DATE' => 'DATE', 'VARIANT' => 'VARIANT', 'VARIANT_BOOL' => 'VARIANT_BOOL', 'long' => 'LONG',
    'SAFEARRAY(VARIANT)' => '*mut SAFEARRAY', 'IUnknown*' => '*mut IUnknown',
);

sub type_of {
    my ($type) = @_;
    return $types{$type} if $types{$type};
    return $type if $is_enum{$type};
    (my $name = $type) =~ s/\*\z//;
    die "what is $type in Rust?" unless $is_interface{$name};
    return "*mut $name";
}

sub uuid_of {
    my ($one, $two, $three, @rest) = map { "0x$_" } $_[0] =~ /\A(.{8})-(.{4})-(.{4})-(..)(..)-(..)(..)(..)(..)(..)(..)\z/;
    return join ', ', $one, $two, $three, @rest;
}

sub name_of { my ($param) = @_; return $keywords{$param->{name}} ? "$param->{name}_" : $param->{name} }

sub documented { my ($indent, $help) = @_; return defined $help ? ' ' x $indent . "/// $help.\n" : '' }

sub enum_of {
    my ($enum) = @_;
    return documented(0, $enum->{help}) . "pub type $enum->{name} = i32;\n" . join '',
        map { documented(0, $_->{comment}) . "pub const $_->{name}: $enum->{name} = $_->{value};\n" } @{$enum->{values}};
}

sub method_of {
    my ($member) = @_;
    my $prefix = {get => 'get_', put => 'put_', method => ''}->{$member->{kind}};
    my @params = map { name_of($_) . ': ' . type_of($_->{type}) } @{$member->{params}};
    push @params, name_of($member->{result}) . ': *mut ' . type_of($member->{result}{type}) if $member->{result};
    return "    fn $prefix$member->{name}(" . join('', map { "\n        $_," } @params) . (@params ? "\n    " : '')
        . ") -> HRESULT,\n";
}

sub interface_of {
    my ($interface) = @_;
    my $name = $interface->{name};
    # The macros take no documentation.
    return "// $interface->{help}.\nRIDL! {#[uuid(" . uuid_of($interface->{uuid}) . ")]\n"
        . "interface $name(${name}Vtbl): IDispatch(IDispatchVtbl) {\n"
        . join('', map { method_of($_) } @{$interface->{members}}) . "}}\n" if $interface->{kind} eq 'dual';
    return "// $interface->{help}; called by Invoke alone.\nDEFINE_GUID! {DIID_$name, " . uuid_of($interface->{uuid}) . "}\n";
}

sub class_of {
    my ($class) = @_;
    return "// $class->{help}.\nDEFINE_GUID! {CLSID_$class->{name}, " . uuid_of($class->{uuid}) . "}\n";
}

my $head = <<'HEAD';
//! The interfaces as COM has them.
//!
//! Made from idl/vmevents.idl by idl/languages/rust.pl; the target `update_header` makes it again.
#![allow(missing_docs, non_camel_case_types, non_snake_case, non_upper_case_globals)]

use winapi::shared::wtypes::{BSTR, DATE, VARIANT_BOOL};
use winapi::um::oaidl::{IDispatch, IDispatchVtbl, SAFEARRAY, VARIANT};
use winapi::um::unknwnbase::IUnknown;
use winapi::um::winnt::{HRESULT, LONG};
use winapi::{DEFINE_GUID, RIDL};

HEAD
my $text = $head . join("\n",
    map({ enum_of($_) } @{$library->{enums}}), map({ interface_of($_) } @{$library->{interfaces}}),
    map({ class_of($_) } grep { $_->{creatable} } @{$library->{classes}}));

open my $out, '>:raw', $file or die "$file: $!";
print $out $text;
close $out or die "$file: $!";
