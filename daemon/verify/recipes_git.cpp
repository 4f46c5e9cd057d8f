// What keeps a project's history, and text in it that may be in an encoding of long ago.
#include "daemon/verify/corpus.hpp"

namespace frank::verify {

namespace {

/// Dates of its own, so that every name in a history is always the same.
constexpr std::string_view settings = R"sh(set -e
export GIT_AUTHOR_DATE='1000000000 +0200' GIT_COMMITTER_DATE='1000000000 +0200' GIT_CONFIG_NOSYSTEM=1
export GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@a GIT_COMMITTER_NAME=c GIT_COMMITTER_EMAIL=c@c
)sh";

/// The project that the steps after it look at.
constexpr std::string_view project = R"sh(. ./settings.sh
git init -q -b main r && cd r
cp ../words.txt ../table.txt . && mkdir d && cp ../old.txt d/file
git add . && git commit -q -m first && git tag -a -m one v1
git checkout -q -b side && sed -i 1d words.txt && git commit -q -a -m 'side: one line less'
git checkout -q main && cp ../new.txt d/file && git commit -q -a -m main && git mv words.txt w && git commit -q -m moved
git merge -q -m merged side && cp ../new.txt "$(printf 'n\303\251w')" && git add . && git commit -q -m 'name that is not ASCII'
echo '*.text working-tree-encoding=UTF-16LE' >.gitattributes && printf 'a\0b\0\351\0\n\0' >wide.text && git add . && git commit -q -m wide
printf 'ma\361ana\n' | git -c i18n.commitEncoding=ISO-8859-1 commit -q --allow-empty -F -
printf '\244\242\n' | git -c i18n.commitEncoding=EUC-JP commit -q --allow-empty -F -
echo more >>table.txt && git add table.txt && echo unknown >other && git rev-parse HEAD
)sh";

constexpr std::string_view changes = R"sh(. ./settings.sh
git clone -q "file://$PWD/r" c 2>&1 && cd c && git log --format=%H -3 && git ls-files -s
git checkout -q -b topic HEAD~3 && sed -i '1s/.*/theirs/' table.txt && git commit -q -a -m theirs
git checkout -q -b own HEAD~1 && sed -i '1s/.*/ours/' table.txt && git commit -q -a -m ours
git merge topic || git diff && git status --porcelain=v2 | cut -d' ' -f1-5 && git checkout --theirs table.txt && git add . && git commit -q -m both
git cherry-pick -x main~2 && git revert --no-edit HEAD && git log --graph --oneline --all --abbrev=9
git format-patch -q --stdout HEAD~2 >../patches && cksum ../patches && git checkout -q -b again HEAD~2 && git am -q ../patches && git log --format='%T %s' -3
git rebase topic own~2 2>&1 || git status | head -n 4; git rebase --abort; git rebase -q own topic && git log --format=%H -2
echo stashed >>w && git stash push -q -m put && git stash list && git stash pop -q && git diff --stat && git reset -q --hard
git checkout -q main && git diff main again >../d.patch && git apply --stat ../d.patch && git apply --index ../d.patch && git write-tree && git reset -q --hard
git notes add -m note HEAD && git log -1 --format='%N %G? %aI' && git describe --tags --always --long HEAD~1
git bisect start HEAD v1 && git bisect run sh -c 'test -e words.txt' && git bisect reset 2>&1 && git rev-list --count --all
git worktree add -q ../t v1 && git -C ../t log -1 --format=%s
git -c protocol.file.allow=always submodule -q add "file://$PWD/../r" sub 2>&1 && git submodule status && git submodule foreach 'git log -1 --format=%s'
git fast-export --all --reencode=yes | cksum && git bundle create -q ../b main && git bundle verify -q ../b && git shortlog -sn HEAD && git for-each-ref
git push -q origin HEAD:refs/heads/pushed 2>&1 && git ls-remote origin | sort && git fetch -q && git fsck --no-progress --full
git -C ../r branch -q -D pushed && cd .. && rm -rf t c b patches d.patch
)sh";

/// Leaves some of it to the guest's own.
constexpr std::string_view tidied = R"sh(. ./settings.sh
git clone -q r g && cd g && git gc -q && git count-objects -v | grep -E '^(count|in-pack|packs|garbage)' && git fsck --full 2>&1
git commit-graph write --reachable --changed-paths 2>&1 && git log --format=%h -- "$(printf 'n\303\251w')" && git log --oneline -- d w
git repack -q -a -d -f --depth=10 --window=10
git verify-pack -v .git/objects/pack/*.idx | grep -E '^[0-9a-f]{40} ' | cut -d' ' -f1,2 | sort | cksum
git multi-pack-index write && git prune && git commit-graph verify && git rev-list --objects --all | sort | cksum
cd .. && rm -rf g
)sh";

constexpr std::string_view encodings = R"sh(cd r
for name in UTF-8 ISO-8859-1 ISO-8859-15 latin-1 windows-1252 KOI8-R UTF-16 UTF-16BE UTF-7 SHIFT_JIS EUC-JP ISO-2022-JP GB18030 BIG5 IBM850 none; do
    echo "$name: $(git log -4 --encoding=$name --format=%s 2>&1 | cksum) $(git -c i18n.logOutputEncoding=$name show -s --format=%s%n%b HEAD~1 2>&1 | cksum)"
done
rm wide.text && git checkout wide.text 2>&1 && cksum wide.text
)sh";

constexpr std::string_view in_language = "$ sh -c 'cd r && for each in de_DE fr_FR ja_JP C; do "
                                         "LC_ALL=$each.UTF-8 git status; LC_ALL=C.UTF-8 LANGUAGE=$each "
                                         "git status; done'";

/// `more`: scripts that take long.
Recipe recipe_of(std::string_view name, std::initializer_list<Step> more) {
    auto files = text_corpus();
    for (const InputFile &file : {InputFile{"settings.sh", settings}, InputFile{"project.sh", project},
                                  InputFile{"changes.sh", changes}, InputFile{"tidied.sh", tidied},
                                  InputFile{"encodings.sh", encodings}})
        files.push_back(file);
    Recipe git{{name},
               "--version",
               files,
               {{"$ sh -c '. ./project.sh'"},
                {"-C r status --short --branch"},
                {"-C r log --graph --stat -M --format='%H %an %ad %s%d' --date=iso"},
                {"-C r log -p --format=fuller -3 --encoding=UTF-8"},
                {"-C r log -2 --format=%s%x09%e --encoding=ISO-8859-1"},
                {"-C r diff --word-diff v1 HEAD -- d"},
                {"-C r diff --cached --binary"},
                {"-C r blame -l w"},
                {"-C r grep -n -E '[0-9]' HEAD -- w"},
                {"-C r describe --tags --long"},
                {"-C r archive --format=tar --prefix=p/ HEAD"},
                {"-C r archive --format=tar.gz HEAD"},
                {"-C r rev-parse --show-toplevel --git-dir HEAD^{tree}"},
                {"-C r cat-file -p HEAD"},
                {"-C r config --list --show-origin"},
                {"-C r check-ignore none", Kind::fails},
                {"hash-object words.txt table.txt"},
                {"diff --no-index --stat old.txt new.txt", Kind::any},
                {"--exec-path"},
                {"version --build-options", Kind::guarded},
                {"log", Kind::fails},
                {"no-such-command", Kind::fails}}};
    git.steps.insert(git.steps.end(), more.begin(), more.end());
    git.clocked = "r/.git/index";
    return git;
}

} // namespace

const std::vector<Recipe> &git_recipes() {
    static const std::vector<Recipe> recipes{recipe_of("git", {{"$ sh -c '. ./encodings.sh'"},
                                                               {in_language},
                                                               {"$ sh -c '. ./changes.sh'"},
                                                               {"$ sh -c '. ./tidied.sh'"}}),
                                             recipe_of("git-core/git", {})};
    return recipes;
}

} // namespace frank::verify
