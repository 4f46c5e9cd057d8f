// Scripts and texts for the shell's tools. Builtins mostly: each program that a script starts is emulated
// once.
#include "daemon/verify/corpus.hpp"

namespace frank::verify {

namespace {

constexpr std::string_view posix_sh = R"sh(set -- 'a b' c "d	e" ''
echo "$# $1 $4."; for i; do printf '<%s>' "$i"; done; echo
IFS=:; v=x:y::z; set -f; set -- $v; echo $# "$*"; set +f; unset IFS
a=5; b=$((a * 3 % 7 + (a << 2) - ~a)); echo "$b $((0x1f | 8)) $((a > 3 ? 10 : 20)) $((07))"
f() { local x="in $1"; echo "$x"; return 3; }
f one; echo "status $?"
case abc.tar.gz in *.gz) echo gz;; *) echo other;; esac
p=/usr/lib/file.tar.gz; echo "${p##*/} ${p%.*} ${p%%.*} ${p#*/} ${#p} ${q:-none} ${q:=set} ${q:+yes}"
cat_all() { while read -r line rest; do echo "[$line|$rest]"; done; }
cat_all <<END
first $a \$a $(echo sub)
  second	tab
END
cat_all <<'END'
no $a `expansion` \here
END
mkdir -p glob/.hidden; : >glob/b; : >glob/a; : >glob/Z; : >glob/10; : >glob/9; : >'glob/ä'
echo glob/* glob/.h* glob/[a-z] glob/[!ab] glob/?; echo nothing*here
(exit 4); echo $?; ! true; echo $?; false || echo or; true && echo and
trap 'echo leaving $?' EXIT; trap 'echo usr1' USR1; kill -USR1 $$; 
while getopts ab:c o -a -b value -x 2>&1; do echo "$o ${OPTARG-} $OPTIND"; done
i=0; while :; do i=$((i + 1)); [ $i -eq 2 ] && continue; [ $i -gt 4 ] && break; echo "i $i"; done
until [ $i -le 3 ]; do i=$((i - 1)); done; echo $i
echo one two | { read x y; echo "$y $x"; }
x=$(printf 'line\n\n\n'); echo "<$x>"; printf '%5d|%-6s|%05.1f|%x|%c|%b|%%\n' 42 ab 3.14159 255 xyz 'a\tb\101'
printf '%s-%s\n' 1 2 3; printf '%d\n' 0x10 010 "'A"
echo out; echo err >&2; exec 3>third; echo three >&3; exec 3>&-; read t <third; echo $t >>third
umask 027; : >masked; umask; test -f masked && test ! -d masked && echo file; [ a = a -a 1 -lt 2 ] && echo yes
readonly r=1; (r=2) ; echo "ro $?"; (unset nope; set -u; echo $nope); echo "u $?"
no_such_command_anywhere; echo $?; ./posix.sh.txt; echo $?; cd /no/such/dir; echo $?
alias; type f >/dev/null; command -v echo; eval 'e=1; echo e$e'; set -e; false
echo never
)sh";

constexpr std::string_view bash_sh =
    R"sh(declare -a list=(one 'two words' [5]=six); declare -A map=([k]=v ["a b"]=c)
echo "${#list[@]} ${!list[@]} ${list[@]:1:2} ${list[-1]}"; list+=(last); printf '<%s>' "${list[@]}"; echo
echo "${map[k]} ${map[a b]} ${#map[@]}"; unset 'list[0]'; declare -p list
s='Hello, World äöü'; echo "${s,,} ${s^^} ${s:7:5} ${s/o/0} ${s//o/0} ${s/#Hello/Bye} ${#s} ${s@Q}"
[[ $s =~ ([A-Z][a-z]+),\ (.*) ]] && echo "${BASH_REMATCH[1]}|${BASH_REMATCH[2]}"; [[ abc == a?c && ! b < a ]]; echo $?
echo {a,b{1..3},c}{x,y} {01..10..3} {e..a}; echo $((2**40 + 16#ff)) $((1,2)); ((n = 5, n++)); echo $n
shopt -s extglob nullglob globstar; mkdir -p t/u/v; : >t/u/v/f.c; : >t/g.h; echo t/**/*.c t/!(*.h) none*; shopt -u nullglob
mapfile -t lines < <(printf 'a\nb\nc\n'); echo "${lines[1]} ${#lines[@]}"; read -ra words <<<'x y  z'; echo "${words[2]}"
f() { local -n ref=$1; ref=changed; echo "${FUNCNAME[0]} $LINENO"; }; v=1; f v; echo $v
printf -v out '%q %(%Y)T' 'a b$c' 0; echo "$out"; echo $'\x41\u00e4\t|' "$(<t/g.h)"
for ((i = 0; i < 3; i++)); do echo -n "$i "; done; echo; select_it=no; case x in x) echo 1;;& [a-z]) echo 2;& z) echo 3;; esac
set -o pipefail; false | true; echo "$? ${PIPESTATUS[*]}"; trap 'echo ERR $LINENO' ERR; false; trap - ERR
coproc cat_it { read -r l; echo "got $l"; }; echo hi >&"${cat_it[1]}"; read -r l <&"${cat_it[0]}"; echo "$l"; wait
echo $HOSTTYPE $MACHTYPE $OSTYPE; echo $BASH_VERSION | { IFS=. read a b c; echo $a $b; }
(set -u; echo ${undefined}); echo $?; $((1/0)) 2>&1; echo after; declare -i n=08 2>&1; let 'x = 3 *'; echo $?
time_it() { :; }; help true | head -n 1 >/dev/null; compgen -A function | sort | head -n 2; type -t f if echo
printf '%s\n' "${BASH_SOURCE[0]##*/}" $SHLVL; [[ -v map[k] ]] && echo set; echo ${list[@]@A}; wait -n 2>/dev/null; exit 7
)sh";

constexpr std::string_view broken_sh = "echo before\nif true; then\n  echo 'unclosed\nfi\n";

constexpr std::string_view words_txt = R"(the quick brown fox
Jumps over the lazy dog
  indented line with  two spaces
tab	separated	fields	here
12 apples 0x1F 3.14 -7
name=value; other = "quoted text"
Ünïcödé grüße, naïve café
foo.bar@example.org (parens) [brackets] {braces}

the end of the THE file
duplicate
duplicate
a/b/c/d.txt
)";

constexpr std::string_view table_txt = R"(pear 10 2.5 red
apple 9 10.25 green
Fig 100 -1 blue
apple 9 1e2 yellow
banana 33 0.5 yellow
cherry 7 2.50 red
)";

constexpr std::string_view program_awk =
    R"(BEGIN { FS = "[ \t]+"; OFS = "|"; print toupper("begin"), length("grüße"), substr("hello", 2, 3) }
{ sum += $2; count[$4]++; if ($3 > max) { max = $3; who = $1 } }
/an/ { print NR, $1, NF; n = gsub(/a/, "<&>"); print n, $0 }
$2 ~ /^[0-9]$/ && !seen[$1]++ { printf "%-8s%5.2f|%04d|%x|%c\n", $1, $3, $2, $2, 65 }
function fact(n) { return n <= 1 ? 1 : n * fact(n - 1) }
END {
    print NR, sum, sum / NR, who, max, fact(10), index("abcd", "cd"), int(-3.7), 2 ^ 10, 7 % 3
    for (i = split("c:a:b", parts, ":"); i > 0; i--) s = s parts[i]
    print s, match("foobar", /o+/), RSTART, RLENGTH, sprintf("%e %g %s", 12345.678, 1e-5, 1e6), ("a" < "b")
    print count["red"], count["yellow"], ("x" in count), length(count)
    while (("cat" | getline line) > 0) print line
    print exp(1), atan2(0, -1), sqrt(2), log(10), substr("x", 0), tolower("ÄB") > "awk.out"
    exit 3
}
)";

constexpr std::string_view script_sed = R"(1,2s/\([a-z]*\) \(.*\)/\2 \1/
/^$/d
/indented/{s/ */_/g;p;n}
s/[[:digit:]]\+/<&>/g
y/abc/ABC/
/dup/{N;s/\n/+/;P;D}
$!{h;G;s/\n.*//}
/name/a\
appended text
/tab/i\
inserted
/quick/w sed.written
s/\(e\)\(.\)/\U\1\E\2/2
t done
s/$/ !/
: done
)";

constexpr std::string_view old_txt = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\n";
constexpr std::string_view new_txt = "one\n2\nthree\nfour and a half\nfive\nsix\nseven\nnine\nten\neleven";

} // namespace

std::vector<InputFile> text_corpus() {
    return {{"posix.sh", posix_sh},
            {"bash.sh", bash_sh},
            {"broken.sh", broken_sh},
            {"words.txt", words_txt},
            {"table.txt", table_txt},
            {"program.awk", program_awk},
            {"script.sed", script_sed},
            {"old.txt", old_txt},
            {"new.txt", new_txt},
            {"posix.sh.txt", "plain\n"},
            {"binary.bin", std::string_view("\x7f"
                                            "a\0b\xff\xfe\n\x01tail\0",
                                            13)}};
}

} // namespace frank::verify
