# perl undate_library.pl FILE: takes out of a type library when it was compiled. widl writes that down in words and as a
# number, and has no option against it; two builds of one commit would differ in nothing else.
use strict;
use warnings;

my ($file) = @ARGV;
open my $in, '<:raw', $file or die "$file: $!";
my $library = do { local $/; <$in> };
close $in;

# Custom data: a string, filled up by W to a multiple of four bytes, and behind it a VT_UI4.
my $found = $library =~
    s/(Created by WIDL version [0-9.]+ at )[ -~]{24}(\nW*\x13\0)....(?=WW)/$1Thu Jan  1 00:00:00 1970$2\0\0\0\0/gs;
die "$file does not have its time where widl 8.0 and 10.0 write it" unless $found == 1;

open my $out, '>:raw', $file or die "$file: $!";
print $out $library;
close $out or die "$file: $!";
