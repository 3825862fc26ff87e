# Reads vmevents.idl, for the programs beside this file that write its declarations in other languages.
#
# It reads IDL as that file is written, and dies of what it does not know: a declaration that is left out would move
# every member behind it to another place of the table.
package IDL;
use strict;
use warnings;
use Exporter 'import';
our @EXPORT_OK = qw(read_library);

# Strings first: they may have commas and brackets in them.
my $string = qr/"((?:[^"\\]|\\.)*)"/;
my $attributes = qr/(?:"(?:[^"\\]|\\.)*"|[^\]"])*/;

# read_library(FILE): a hash of
#
#   name, uuid, version ("1, 0"), help
#   enums       each with name, uuid, help, and values (name, value, comment)
#   interfaces  in the order in which they stand, dual and dispinterfaces, but none that is hidden; each with kind ("dual"
#               or "dispinterface"), name, uuid, help and members
#   classes     each with name, uuid, help, creatable, and interfaces (name, source, default)
#
# A member has kind ("method", "get" or "put"), name, id, help, vararg, params and result. A parameter and the
# result have name and type, the result without the pointer through which it is returned; a parameter also optional, and
# default where it has one (as IDL writes it).
sub read_library {
    my ($file) = @_;
    my $text = slurp($file);
    my ($folder) = $file =~ m{\A(.*/)}s;
    $text =~ s{^\#include "(.*?)"\n}{slurp(($folder // '') . $1)}gem;
    $text =~ s{cpp_quote\(".*?"\)\n}{}g;

    my ($head, $name, $body) = $text =~ /\[($attributes)\]\s*library (\w+)\s*\{(.*)\}\s*\z/s
        or die "$file has no library";
    my %library = (name => $name, %{attributes_of($head)}, enums => [], interfaces => [], classes => []);
    # Comments are dropped but for those that stand behind an enumerator.
    $body =~ s{^\s*/\*.*?\*/\s*?\n}{}gms;
    $body =~ s{importlib\(".*?"\);}{};
    while ($body =~ /\S/) {
        # What is hidden is no one's to call but its own implementers'.
        $body =~ s{\A\s*\[(?=$attributes\bhidden\b)$attributes\]\s*interface \w+ : IUnknown\s*\{.*?\n\s*\}}{}s ? 1
        : $body =~ s{\A\s*typedef \[($attributes)\]\s*enum (\w+)\s*\{(.*?)\}\s*\w+;}{}s
            ? push @{$library{enums}}, {name => $2, %{attributes_of($1)}, values => [values_of($3)]}
        : $body =~ s{\A\s*\[($attributes)\]\s*(interface|dispinterface) (\w+)(?: : IDispatch)?\s*\{(.*?)\n\s*\}}{}s
            ? push @{$library{interfaces}},
            {name => $3, kind => $2 eq 'interface' ? 'dual' : $2, %{attributes_of($1)}, members => [members_of($4)]}
        : $body =~ s{\A\s*\[($attributes)\]\s*coclass (\w+)\s*\{(.*?)\n\s*\}}{}s
            ? push @{$library{classes}}, {name => $2, class_attributes($1), interfaces => [class_interfaces($3)]}
        : die "$file: cannot read what begins with: " . first_line($body);
    }
    return \%library;
}

sub slurp { open my $in, '<', $_[0] or die "$_[0]: $!"; local $/; return <$in> }

sub first_line { my ($text) = @_; $text =~ s/\A\s+//; $text =~ s/\n.*//s; return $text }

sub attributes_of {
    my ($text) = @_;
    my %found;
    $found{help} = unquoted($1) if $text =~ s/helpstring\($string\)//;
    $found{uuid} = $1 if $text =~ /uuid\(([0-9a-f-]+)\)/;
    $found{version} = "$1, $2" if $text =~ /version\((\d+)\.(\d+)\)/;
    return \%found;
}

sub unquoted { my ($text) = @_; $text =~ s/\\(.)/$1/g; return $text }

sub values_of {
    my ($text) = @_;
    my @values;
    while ($text =~ s{\A\s*(\w+) = (-?\d+),?[ \t]*(?:/\* *(.*?) *\*/)?}{}) {
        push @values, {name => $1, value => $2, comment => $3};
    }
    die "cannot read an enumerator that begins with: " . first_line($text) if $text =~ /\S/;
    return @values;
}

my %known_ids = (DISPID_VALUE => 0, DISPID_NEWENUM => -4);

sub members_of {
    my ($text) = @_;
    my @members;
    $text =~ s/\A\s*properties:\s*methods://;
    while ($text =~ s{\A\s*\[($attributes)\]\s*HRESULT (\w+)\((.*?)\);}{}s) {
        my ($said, $name, $params) = ($1, $2, $3);
        my $member = {name => $name, %{attributes_of($said)}};
        $said =~ s/helpstring\($string\)//;
        $said =~ /\bid\((-?\d+|DISPID_\w+)\)/ or die "$name has no id";
        $member->{id} = $known_ids{$1} // $1;
        die "$name has the id $1, which is not known here" if $member->{id} =~ /[A-Z]/;
        $member->{kind} = $said =~ /\bpropget\b/ ? 'get' : $said =~ /\bpropput\b/ ? 'put' : 'method';
        $member->{vararg} = $said =~ /\bvararg\b/;
        $member->{params} = [];
        read_params($member, $params);
        push @members, $member;
    }
    die "cannot read a member that begins with: " . first_line($text) if $text =~ /\S/;
    return @members;
}

sub read_params {
    my ($member, $text) = @_;
    return if $text =~ /\A(?:void)?\z/;
    while ($text =~ s{\A\s*\[($attributes)\]\s*(\w+|SAFEARRAY\(VARIANT\)) (\**)(\w+)(?:,|\z)}{}) {
        my ($said, $type, $pointer, $name) = ($1, $2, $3, $4);
        if ($said eq 'out, retval' && $pointer) {
            $member->{result} = {name => $name, type => $type . substr($pointer, 1)};
            next;
        }
        die "$member->{name}: a result is the last parameter" if $member->{result};
        my $default = $said =~ s/, defaultvalue\((.*)\)\z// ? $1 : undef;
        my $optional = $said =~ s/, optional\z//;
        die "$member->{name}: cannot read the parameter [$said] $type $pointer$name" if $said ne 'in';
        push @{$member->{params}}, {name => $name, type => $type . $pointer, optional => $optional, default => $default};
    }
    die "$member->{name}: cannot read the parameters $text" if $text =~ /\S/;
}

sub class_attributes {
    my ($text) = @_;
    return (%{attributes_of($text)}, creatable => scalar $text !~ /\bnoncreatable\b/);
}

sub class_interfaces {
    my ($text) = @_;
    my @interfaces;
    while ($text =~ s{\A\s*\[(.*?)\] (?:disp)?interface (\w+);}{}) {
        my ($said, $name) = ($1, $2);
        push @interfaces, {name => $name, map { $_ => scalar $said =~ /\b$_\b/ } 'default', 'source'};
    }
    die "cannot read an interface of a class that begins with: " . first_line($text) if $text =~ /\S/;
    return @interfaces;
}

1;
