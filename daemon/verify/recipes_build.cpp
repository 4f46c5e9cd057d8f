// What runs other tools, and what writes code.
#include "daemon/verify/corpus.hpp"

namespace frank::verify {

namespace {

constexpr std::string_view makefile = R"(OBJECTS := a.o b.o
space := $(subst x,,x x)
define two
echo $(1)
echo $(2)
endef
.PHONY: all
all: program | made
	@$(call two,one,two)
	@echo '$(words $(OBJECTS)) $(OBJECTS:.o=.c) $(sort b a b) $(filter-out a%,$(OBJECTS)) $(wildcard *.awk)'
	@echo '$(patsubst %.o,%.x,$(OBJECTS)) $(dir a/b) $(notdir a/b) $(firstword c d) $(if $(space),yes) $(shell echo shell)'
program: $(OBJECTS)
	cat $^ >$@
%.o: %.in
	echo $< $* >$@
a.in b.in:
	echo $(@F) >$@
made:
	mkdir $@
$(foreach n,p q,$(eval target-$(n): ; @echo made $(n) $$(MAKELEVEL)))
ifneq ($(wildcard none),)
$(error no)
else ifdef OBJECTS
message = defined
endif
show: ; $(info $(message) $(origin OBJECTS) $(flavor message) $(value space)) @:
fail:
	-false
	exit 3
loop: loop
	@echo looped
)";

constexpr std::string_view text_m4 = R"(changequote([, ])dnl
define([twice], [$1$1 ($#) $*])dnl
define([loop], [ifelse($1, 0, [end], [$1 loop(decr($1))])])dnl
twice([ab], c) loop(5)
eval(3 * (7 + 2) ** 2 >> 1) eval(255, 16) format([%05d|%s], 42, text) len([abc]) index([abc], [c]) substr([hello], 1, 3)
translit([hello], [a-y], [b-z]) regexp([foobar], [o+\(b\)], [<\1>]) patsubst([a1b22], [[0-9]+], [#])
divert(1)later
divert(0)now undivert(1)
pushdef([x], 1)x popdef([x])x esyscmd([echo system])sysval include([included.m4])
errprint([to messages
])traceon([twice])twice(z)
)";

constexpr std::string_view grammar_y = R"(%{
int yylex(void);
void yyerror(const char *);
%}
%union { int number; }
%token <number> NUMBER
%type <number> sum
%left '+' '-'
%left '*'
%%
line: sum '\n' { (void)$1; } ;
sum: NUMBER | sum '+' sum { $$ = $1 + $3; } | sum '-' sum { $$ = $1 - $3; } | sum '*' sum { $$ = $1 * $3; }
   | '(' sum ')' { $$ = $2; } ;
%%
)";

constexpr std::string_view lexer_l = R"(%option noyywrap
%x COMMENT
%%
"/*" BEGIN(COMMENT);
<COMMENT>"*/" BEGIN(INITIAL);
<COMMENT>.|\n ;
[0-9]+ return 1;
[[:alpha:]_][[:alnum:]_]* return 2;
[ \t\n]+ ;
. return yytext[0];
%%
)";

constexpr std::string_view build_ninja = R"(ninja_required_version = 1.3
flags = -x
rule copy
  command = cat $in > $out
  description = COPY $out
rule fail
  command = exit 4
build one.out: copy old.txt
build two.out: copy one.out new.txt | words.txt
build bad: fail old.txt
default two.out
)";

/// Of headers only the root's own: ccache takes none on trust that is as new as the compilation.
constexpr std::string_view cached_c = R"(#include <stdio.h>
int main(void) { return puts("cached") < 0; }
)";
constexpr std::string_view cached =
    "$ sh -c 'export CCACHE_DIR=$PWD/cache; ccache gcc -O2 -c cached.c -o a.o && ccache gcc -O2 -c cached.c "
    "-o b.o && cmp a.o b.o && ccache --print-stats | grep -E \"^(direct_cache_hit|cache_miss)\"; rm -r "
    "cache'";

Recipe with_files(std::vector<std::string_view> tools, std::vector<InputFile> files,
                  std::vector<Step> steps) {
    Recipe recipe{std::move(tools), "--version", text_corpus(), std::move(steps)};
    recipe.files.insert(recipe.files.end(), files.begin(), files.end());
    return recipe;
}

std::vector<Recipe> make() {
    std::vector<Recipe> recipes;
    recipes.push_back(with_files({"make", "gmake"}, {{"Makefile", makefile}},
                                 {{""},
                                  {"all target-p target-q"},
                                  {"-n -B program"},
                                  {"show loop"},
                                  {"-k fail target-p", Kind::fails},
                                  {"-j1 -C . OBJECTS=c.o -s show"},
                                  {"-q program"},
                                  {"no-such-target", Kind::fails},
                                  {"-f words.txt", Kind::fails}}));
    recipes.push_back(with_files({"ninja"}, {{"build.ninja", build_ninja}},
                                 {{"-j1"},
                                  {"-j1 -v"},
                                  {"-t targets all"},
                                  {"-t query two.out"},
                                  {"-t commands"},
                                  {"-j1 bad", Kind::fails},
                                  {"no-such", Kind::fails},
                                  {"-t clean"}}));
    recipes.back().clocked = ".ninja_log";
    recipes.push_back(with_files({"m4"}, {{"text.m4", text_m4}, {"included.m4", "included\n"}},
                                 {{"text.m4"},
                                  {"-s -D name=value -P < text.m4"},
                                  {"-F frozen.m4f included.m4"},
                                  {"-E no-such.m4", Kind::fails}}));
    recipes.push_back(with_files({"bison"}, {{"grammar.y", grammar_y}},
                                 {{"-d grammar.y"},
                                  {"-v -o other.c --defines=other.h -p zz grammar.y"},
                                  {"-g -x grammar.y", Kind::any},
                                  {"words.txt", Kind::fails}}));
    recipes.push_back(with_files({"flex"}, {{"lexer.l", lexer_l}},
                                 {{"lexer.l"},
                                  {"-8 -Cf -o fast.c lexer.l"},
                                  {"-t -i -P zz lexer.l"},
                                  {"--c++ -o lexer.cc lexer.l"},
                                  {"words.txt", Kind::fails}}));
    recipes.push_back(with_files({"ccache"}, {{"cached.c", cached_c}},
                                 {{"--hash-file words.txt"},
                                  {"--checksum-file cached.c"},
                                  {"--hash-file no-such-file", Kind::fails},
                                  {"--no-such-option", Kind::fails},
                                  {cached}}));
    return recipes;
}

} // namespace

const std::vector<Recipe> &build_recipes() {
    static const std::vector<Recipe> recipes = make();
    return recipes;
}

} // namespace frank::verify
