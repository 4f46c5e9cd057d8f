// Shells, and what scripts call most. Not shown here, as the machine decides it and no build asks for it: the
// sign of a NaN (awk's log(-1)), the digits of a long double after the fifteenth (printf), and sed --debug,
// which prints bytes as the machine's char, with a sign or without.
#include "daemon/verify/corpus.hpp"

namespace frank::verify {

namespace {

Recipe with_texts(std::vector<std::string_view> tools, std::string_view version, std::vector<Step> steps) {
    return {std::move(tools), version, text_corpus(), std::move(steps)};
}

std::vector<Recipe> make() {
    std::vector<Recipe> recipes;
    recipes.push_back(with_texts({"bash"}, "--version",
                                 {{"posix.sh", Kind::fails},
                                  {"bash.sh", Kind::fails},
                                  {"--posix -c 'echo $0 $1 $BASHOPTS $-' name arg"},
                                  {"broken.sh", Kind::fails},
                                  {"-n broken.sh", Kind::fails},
                                  {"-x -c 'a=1; echo $a $(echo b)'"},
                                  {"-s one two < posix.sh", Kind::fails},
                                  {"no-such.sh", Kind::fails},
                                  {"--no-such-option", Kind::fails}}));
    recipes.push_back(with_texts({"dash", "ash"}, "",
                                 {{"posix.sh", Kind::fails},
                                  {"-c 'echo $0 $1 $-' name arg"},
                                  {"broken.sh", Kind::fails},
                                  {"-x -c 'a=1; echo $a $(echo b)'"},
                                  {"-e -c 'false; echo no'", Kind::fails},
                                  {"-s one < posix.sh", Kind::fails},
                                  {"no-such.sh", Kind::fails}}));
    recipes.push_back(with_texts({"sed"}, "--version",
                                 {{"-f script.sed words.txt"},
                                  {"-n -e '/the/=;/the/p' -e '$p' words.txt table.txt"},
                                  {"-E 's/([a-z]+) ([0-9]+)/\\2 \\1/;s/(.)$/[\\1]/' table.txt"},
                                  {"-E 's/[[:alpha:]]+$/\\U&/;s/ü./<&>/g;s/\\b(.)/\\u\\1/g' words.txt"},
                                  {"-i.bak -e 2d -e '4,/cherry/s/a/A/2' table.txt"},
                                  {"-s -n '$=;1F' words.txt table.txt"},
                                  {"-z 's/\\n/,/g' table.txt"},
                                  {"'s/x' words.txt", Kind::fails},
                                  {"p no-such.txt", Kind::fails},
                                  {"5q3 words.txt", Kind::fails}}));
    recipes.push_back(with_texts({"grep"}, "--version",
                                 {{"-n the words.txt"},
                                  {"-E -o '[[:alnum:].]+@[a-z]+\\.(org|com)' words.txt"},
                                  {"-i -c -w the words.txt table.txt"},
                                  {"-v -x -F duplicate words.txt"},
                                  {"-A1 -B1 -m2 --color=always -e apple -e Fig table.txt"},
                                  {"-r -l --include=*.txt apple ."},
                                  {"-b -H -T 'gr.ße\\|na.ve' words.txt"},
                                  {"-E '(.)\\1.*\\b[0-9]{2}\\b' table.txt words.txt"},
                                  {"-P '(?<=name=)\\w+' words.txt", Kind::any},
                                  {"tail binary.bin"},
                                  {"-a -o 't.*l' binary.bin"},
                                  {"-q nothing words.txt", Kind::fails},
                                  {"-E '(' words.txt", Kind::fails},
                                  {"x no-such.txt", Kind::fails}}));
    // It prints arrays in an order that follows from its own hashing alone: the same on every machine of 64
    // bits.
    recipes.push_back(with_texts(
        {"gawk"}, "--version",
        {{"-f program.awk table.txt", Kind::fails},
         {"'BEGIN { print strftime(\"%Y %j\", 86400, 1), gensub(/(a)(b)/, \"\\\\2\\\\1\", \"g\", \"abab\"); "
          "print and(12, 10), strtonum(0x1F), length(\"äö\") }'"},
         {"'{ a[$4] = $2 } END { n = asorti(a, k); for (i = 1; i <= n; i++) print k[i], a[k[i]] }' "
          "table.txt"},
         {"'{ a[$1 NR]++ } END { for (k in a) print k }' table.txt words.txt"},
         {"-F= -v x=3 '{ print $1, x, NF }' words.txt"},
         {"'BEGIN { printf \"%d %s\\n\", 2 ^ 53, 0.1 + 0.2; srand(5); print rand(), srand() }'"},
         {"'BEGIN { RS = \"\" } { print NR \": \" $1 }' words.txt"},
         {"'BEGIN { print 1 / 0 }'", Kind::fails},
         {"'BEGIN {'", Kind::fails}}));
    recipes.push_back(
        with_texts({"mawk"}, "-W version",
                   {{"-f program.awk table.txt", Kind::fails},
                    {"'{ a[$1 NR]++ } END { for (k in a) print k }' table.txt words.txt"},
                    {"-F= -v x=3 '{ print $1, x, NF }' words.txt"},
                    {"'BEGIN { printf \"%d %s\\n\", 2 ^ 53, 0.1 + 0.2; srand(5); print rand() }'"},
                    {"'BEGIN { RS = \"\" } { print NR \": \" $1 }' words.txt"},
                    {"'BEGIN { print 1 / 0 }'", Kind::any},
                    {"'BEGIN {'", Kind::fails}}));
    recipes.push_back(with_texts({"diff"}, "--version",
                                 {{"old.txt new.txt", Kind::fails},
                                  {"-u --label a --label b old.txt new.txt", Kind::fails},
                                  {"-c -L a -L b old.txt new.txt", Kind::fails},
                                  {"-y -W 40 old.txt new.txt", Kind::fails},
                                  {"-e old.txt new.txt", Kind::fails},
                                  {"-q -r . .", Kind::works},
                                  {"-b -i -B --brief old.txt words.txt", Kind::fails},
                                  {"old.txt old.txt"},
                                  {"binary.bin old.txt", Kind::fails},
                                  {"old.txt no-such.txt", Kind::fails}}));
    recipes.push_back(with_texts({"cmp"}, "--version",
                                 {{"old.txt old.txt"},
                                  {"old.txt new.txt", Kind::fails},
                                  {"-l -b old.txt new.txt", Kind::fails},
                                  {"-s binary.bin old.txt", Kind::fails},
                                  {"-n 4 old.txt new.txt"},
                                  {"old.txt no-such.txt", Kind::fails}}));
    Recipe patch = with_texts({"patch"}, "--version",
                              {{"-b old.txt change.diff"},
                               {"-R --posix old.txt change.diff"},
                               {"-p1 --dry-run < change.diff"},
                               {"-o other.txt old.txt change.diff"},
                               {"-N -r rejected new.txt change.diff", Kind::fails},
                               {"-p0 < words.txt", Kind::fails}});
    patch.files.push_back({"change.diff",
                           "--- a/old.txt\n+++ b/old.txt\n@@ -1,5 +1,5 @@\n one\n-two\n+2\n three\n"
                           "-four\n+four and a half\n five\n@@ -6,5 +6,5 @@\n six\n seven\n-eight\n"
                           " nine\n ten\n+eleven\n"});
    recipes.push_back(std::move(patch));
    recipes.push_back(with_texts({"find"}, "--version",
                                 {{". -name '*.txt' -newermt 2001-01-01 -exec echo {} ;"},
                                  {". -type f -size -2k -name 'o*' -printf '%p %s %m %y %f %h %d\\n'"},
                                  {". -maxdepth 1 ( -iname 'WORDS*' -o -regex '.*/t.*xt' ) -print0"},
                                  {". -type d -empty -o -perm -o=w -print"},
                                  {". -name '*.awk' -exec test -f {} ; -exec echo {} + -quit"},
                                  {". -name old.txt -delete"},
                                  {"no-such-directory", Kind::fails},
                                  {". -no-such-test", Kind::fails}}));
    recipes.push_back(with_texts({"xargs"}, "--version",
                                 {{"< table.txt"},
                                  {"-n 2 echo x < table.txt"},
                                  {"-I {} echo '<{}>' < old.txt"},
                                  {"-d '\\n' -L 3 printf '%s;' < old.txt"},
                                  {"-0 -t echo < binary.bin", Kind::any},
                                  {"-P 1 -n 3 false < old.txt", Kind::fails},
                                  {"no-such-command < old.txt", Kind::fails}}));
    return recipes;
}

} // namespace

const std::vector<Recipe> &shell_recipes() {
    static const std::vector<Recipe> recipes = make();
    return recipes;
}

} // namespace frank::verify
