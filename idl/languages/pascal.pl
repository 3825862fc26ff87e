# perl pascal.pl vmevents.idl FILE: writes the library's declarations for Free Pascal and Delphi, as examples/pascal has
# them, in the manner of their importers of type libraries.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use IDL 'read_library';

my ($idl, $file) = @ARGV;
my $library = read_library($idl);
my %is_enum = map { $_->{name} => 1 } @{$library->{enums}};
my %is_interface = map { $_->{name} => 1 } @{$library->{interfaces}};
my %reserved = map { $_ => 1 } qw(
    and array as asm begin case class const constructor destructor dispinterface div do downto else end except exports file
    finalization finally for function goto if implementation in inherited initialization inline interface is label library mod
    nil not object of on operator or out packed procedure program property raise record repeat resourcestring self set shl shr
    string then threadvar to try type unit until uses var while with xor
);

my %types = (
    'BSTR' => 'WideString', 'DATE' => 'TDateTime', 'VARIANT' => 'OleVariant', 'VARIANT_BOOL' => 'WordBool',
    'long' => 'Integer', 'SAFEARRAY(VARIANT)' => 'PSafeArray', 'IUnknown*' => 'IUnknown', 'IUnknown**' => 'IUnknown',
);

sub type_of {
    my ($type) = @_;
    return $types{$type} if $types{$type};
    return $type if $is_enum{$type};
    (my $name = $type) =~ s/\*\z//;
    die "what is $type in Pascal?" unless $is_interface{$name};
    return $name;
}

sub name_of { my ($name) = @_; return $reserved{lc $name} ? "${name}_" : $name }

# References are handed over without counting them. Pascal knows no difference between a parameter's name and that of a
# member, in whatever case.
my %members;

sub param_of {
    my ($param) = @_;
    my $type = type_of($param->{type});
    my $name = $members{lc $param->{name}} ? 'A' . ucfirst $param->{name} : name_of($param->{name});
    my $text = ($type =~ /\A(?:WideString|I[A-Z]\w+)\z/ ? 'const ' : '') . "$name: $type";
    (my $default = $param->{default} // '') =~ s/\A"(.*)"\z/'$1'/;
    return $default eq '' ? $text : "$text = $default";
}

sub params_of {
    my ($member) = @_;
    return @{$member->{params}} ? '(' . join('; ', map { param_of($_) } @{$member->{params}}) . ')' : '';
}

sub method_of {
    my ($member, $how) = @_;
    my $prefix = {get => 'Get_', put => 'Set_', method => ''}->{$member->{kind}};
    my $name = $prefix eq '' ? name_of($member->{name}) : $prefix . $member->{name};
    my $head = $member->{result} ? 'function' : 'procedure';
    my $result = $member->{result} ? ': ' . type_of($member->{result}{type}) : '';
    return "    $head $name" . params_of($member) . "$result; $how;\n";
}

# Behind the methods: what they read and write.
sub properties_of {
    my ($interface) = @_;
    my $text = '';
    my @members = grep { $_->{kind} eq 'get' } @{$interface->{members}};
    my %writable = map { $_->{id} => 1 } grep { $_->{kind} eq 'put' } @{$interface->{members}};
    for my $member (@members) {
        (my $params = params_of($member)) =~ s/\A\((.*)\)\z/[$1]/;
        $text .= '    property ' . name_of($member->{name}) . "$params: " . type_of($member->{result}{type})
            . " read Get_$member->{name}" . ($writable{$member->{id}} ? " write Set_$member->{name}" : '') . ';'
            . ($params && $member->{id} == 0 ? ' default;' : '') . "\n";
    }
    return $text;
}

sub enum_of {
    my ($enum) = @_;
    my $text = "  { $enum->{help}. }\ntype\n  $enum->{name} = TOleEnum;\nconst\n";
    for my $value (@{$enum->{values}}) {
        $text .= "  $value->{name} = $value->{value};" . ($value->{comment} ? " { $value->{comment}. }" : '') . "\n";
    }
    return $text;
}

sub interface_of {
    my ($interface) = @_;
    my $dual = $interface->{kind} eq 'dual';
    %members = map { lc $_->{name} => 1 } @{$interface->{members}};
    my $text = "  { $interface->{help}. }\n  $interface->{name} = " . ($dual ? 'interface(IDispatch)' : 'dispinterface')
        . "\n    ['{" . uc($interface->{uuid}) . "}']\n";
    for my $member (@{$interface->{members}}) {
        $text .= "    { $member->{help}. }\n" if defined $member->{help};
        $text .= method_of($member, $dual ? 'safecall' : "dispid $member->{id}");
    }
    return $text . ($dual ? properties_of($interface) : '') . "  end;\n";
}

my @classes = map {
    my ($default) = grep { $_->{default} && !$_->{source} } @{$_->{interfaces}};
    +{%$_, default => $default->{name}};
} grep { $_->{creatable} } @{$library->{classes}};
my @dual = grep { $_->{kind} eq 'dual' } @{$library->{interfaces}};
(my $unit = $file) =~ s{\A.*/|\.pas\z}{}g;

my $text = <<"HEAD";
unit $unit;

{ Made from idl/vmevents.idl by idl/languages/pascal.pl; the target update_header makes it again. }

{\$ifdef FPC}{\$mode objfpc}{\$H+}{\$endif}

interface

uses
  ActiveX;

HEAD
$text .= "const\n  LIBID_$library->{name}: TGUID = '{" . uc($library->{uuid}) . "}';\n"
    . join('', map { "  IID_$_->{name}: TGUID = '{" . uc($_->{uuid}) . "}';\n" } @dual)
    . join('', map { "  DIID_$_->{name}: TGUID = '{" . uc($_->{uuid}) . "}';\n" }
        grep { $_->{kind} ne 'dual' } @{$library->{interfaces}})
    . join('', map { "  CLASS_$_->{name}: TGUID = '{" . uc($_->{uuid}) . "}';\n" } @classes) . "\n"
    . join("\n", map { enum_of($_) } @{$library->{enums}}) . "\ntype\n"
    . join('', map { "  $_->{name} = interface;\n" } @dual) . "\n"
    . join("\n", map { interface_of($_) } @{$library->{interfaces}}) . "\n"
    . join("\n", map { "  { $_->{help}. }\n  Co$_->{name} = class\n    class function Create: $_->{default};\n  end;\n" }
        @classes)
    . "\nimplementation\n\nuses\n  ComObj;\n\n"
    . join("\n", map { "class function Co$_->{name}.Create: $_->{default};\nbegin\n"
        . "  Result := CreateComObject(CLASS_$_->{name}) as $_->{default};\nend;\n" } @classes) . "\nend.\n";

open my $out, '>:raw', $file or die "$file: $!";
print $out $text;
close $out or die "$file: $!";
