# perl go.pl vmevents.idl FILE: writes of the library what Go needs, as examples/go has it: Go calls methods by their places
# in an interface's table.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use IDL 'read_library';

my ($idl, $file) = @ARGV;
my $library = read_library($idl);

sub uuid_of {
    my ($one, $two, $three, @rest) = map { "0x$_" } $_[0] =~ /\A(.{8})-(.{4})-(.{4})-(..)(..)-(..)(..)(..)(..)(..)(..)\z/;
    return "syscall.GUID{Data1: $one, Data2: $two, Data3: $three, Data4: [8]byte{" . join(', ', @rest) . '}}';
}

# gofmt puts what stands behind the names of a group in a column of its own.
sub group {
    my ($keyword, @rows) = @_;
    my $text = "$keyword (\n";
    my ($width) = sort { $b <=> $a } map { length $_->[0] } @rows;
    $text .= sprintf "\t%-${width}s %s\n", @$_ for @rows;
    return $text . ")\n";
}

# The first of a name's letters makes it public.
sub public { return ucfirst $_[0] }

my @enums = map {
    my ($enum, $name) = ($_, public($_->{name}));
    my @rows = map {
        [public($_->{name}), "$name = $_->{value}" . ($_->{comment} ? " // $_->{comment}." : '')]
    } @{$enum->{values}};
    my ($width) = sort { $b <=> $a } map { length((split m{ //}, $_->[1])[0]) } @rows;
    for my $row (@rows) {
        my ($value, $comment) = split m{ (?=//)}, $row->[1];
        $row->[1] = sprintf "%-${width}s %s", $value, $comment if $comment;
    }
    "// $name: $enum->{help}.\ntype $name int32\n\n" . group('const', @rows);
} @{$library->{enums}};

my @dual = grep { $_->{kind} eq 'dual' } @{$library->{interfaces}};
my @places = map {
    my $interface = $_;
    # Three methods of IUnknown, four of IDispatch.
    my $place = 7;
    "// The table of $interface->{name}.\n" . group('const', map {
        my $prefix = {get => 'Get', put => 'Set', method => ''}->{$_->{kind}};
        (my $name = $_->{name}) =~ s/\A_//;
        [lcfirst(substr($interface->{name}, 3)) . $prefix . $name, '= ' . $place++]
    } @{$interface->{members}})
} @dual;

my $text = "//go:build windows\n\n// Code generated from idl/vmevents.idl by idl/languages/go.pl; DO NOT EDIT.\n\n"
    . "package vmevents\n\nimport \"syscall\"\n\n"
    . "// The interfaces, those of the events and those that are called, and the classes.\n"
    . group('var',
        map({ [($_->{kind} eq 'dual' ? 'iid_' : 'DIID_') . $_->{name}, '= ' . uuid_of($_->{uuid})] }
            @{$library->{interfaces}}),
        map({ ["clsid_$_->{name}", '= ' . uuid_of($_->{uuid})] } grep { $_->{creatable} } @{$library->{classes}}))
    . "\n" . join("\n", @enums, @places);

open my $out, '>:raw', $file or die "$file: $!";
print $out $text;
close $out or die "$file: $!";
