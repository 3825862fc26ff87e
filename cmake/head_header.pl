# perl head_header.pl IDL HEADER: puts the comment that the IDL begins with behind the header's first line. widl leaves
# comments out, and writes what the IDL quotes behind all of its own declarations; a reader looks at the top.
use strict;
use warnings;

my ($idl, $header) = @ARGV;
sub slurp { open my $in, '<:raw', $_[0] or die "$_[0]: $!"; local $/; return <$in> }

my ($head) = slurp($idl) =~ m{\A(/\*.*?\*/\n)}s or die "$idl does not begin with a comment";
my $text = slurp($header);
$text =~ s{\A(/\*\*\* .*\n)}{$1\n$head} or die "$header does not begin as widl begins a header";

open my $out, '>:raw', $header or die "$header: $!";
print $out $text;
close $out or die "$header: $!";
