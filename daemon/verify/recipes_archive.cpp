// Archives and compression. No level above what a quick look needs, and one thread: the output is to be the
// same.
#include "daemon/verify/corpus.hpp"

namespace frank::verify {

namespace {

Recipe with_texts(std::vector<std::string_view> tools, std::vector<Step> steps) {
    return {std::move(tools), "--version", text_corpus(), std::move(steps)};
}

std::vector<Recipe> make() {
    std::vector<Recipe> recipes;
    Recipe tar = with_texts(
        {"tar"}, {{"--mtime=@86400 --owner=0 --group=0 --numeric-owner --sort=name -cf all.tar old.txt "
                   "new.txt words.txt"},
                  {"--mtime=@1 --owner=one:0 --group=two:0 --mode=u=rw,go=r --format=pax -cf pax.tar "
                   "--pax-option=delete=atime,delete=ctime "
                   "--xform=s,^,a-directory-with-a-long-name/another-one-with-a-name-that-is-even-longer/,"
                   "  table.txt"},
                  {"--mtime=@1 --format=ustar --xform=s,^,d/,S -cf ustar.tar old.txt binary.bin"},
                  {"-tvf all.tar"},
                  {"-tvf pax.tar"},
                  {"-tf ustar.tar --exclude=*.bin"},
                  {"-xf pax.tar"},
                  {"-xpf ustar.tar --strip-components=1 --one-top-level=out --no-same-owner"},
                  {"-rf all.tar --mtime=@86400 table.txt"},
                  {"--delete -f all.tar old.txt"},
                  {"-df all.tar words.txt", Kind::any},
                  {"--mtime=@1 --sort=name -czf packed.tar.gz old.txt new.txt"},
                  {"-xOzf packed.tar.gz old.txt"},
                  {"-xf words.txt", Kind::fails},
                  {"-cf none.tar no-such-file", Kind::fails}});
    recipes.push_back(std::move(tar));
    recipes.push_back(with_texts({"gzip"}, {{"-n -k -9 words.txt"},
                                            {"-n -c -1 < table.txt"},
                                            {"-n -k -S .z posix.sh"},
                                            {"-l words.txt.gz"},
                                            {"-t -v words.txt.gz"},
                                            {"-d -c words.txt.gz"},
                                            {"-d posix.sh.z -f -S .z"},
                                            {"-d table.txt", Kind::fails},
                                            {"no-such.txt", Kind::fails}}));
    Recipe bzip2 = with_texts({"bzip2"}, {{"-k -9 words.txt"},
                                          {"-c -1 < table.txt"},
                                          {"-t words.txt.bz2"},
                                          {"-d -c words.txt.bz2"},
                                          {"-f posix.sh"},
                                          {"-d posix.sh.bz2"},
                                          {"-d -k table.txt", Kind::fails},
                                          {"no-such.txt", Kind::fails}});
    recipes.push_back(std::move(bzip2));
    recipes.push_back(with_texts({"xz"}, {{"-k -T1 -6 words.txt"},
                                          {"-c -0 --check=crc32 < table.txt"},
                                          {"-k --format=lzma posix.sh"},
                                          {"-l --robot words.txt.xz"},
                                          {"-t words.txt.xz"},
                                          {"-d -c words.txt.xz posix.sh.lzma"},
                                          {"-d -k -f posix.sh.lzma"},
                                          {"-d table.txt", Kind::fails},
                                          {"no-such.txt", Kind::fails}}));
    recipes.push_back(with_texts({"zstd"}, {{"-q -k -3 words.txt -o words.zst"},
                                            {"-q -c -19 --single-thread posix.sh"},
                                            {"-q -c -1 --no-check < table.txt"},
                                            {"-q -t words.zst"},
                                            {"-q -d -c words.zst"},
                                            {"-q -d table.txt", Kind::fails},
                                            {"-q no-such.txt", Kind::fails}}));
    return recipes;
}

} // namespace

const std::vector<Recipe> &archive_recipes() {
    static const std::vector<Recipe> recipes = make();
    return recipes;
}

} // namespace frank::verify
