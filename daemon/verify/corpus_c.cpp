// C as people write it: small, but with what code generators get wrong, or decide by a default.
#include "daemon/verify/corpus.hpp"

namespace frank::verify {

namespace {

constexpr std::string_view types_c = R"(#include <limits.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

struct bits { unsigned a : 3; int b : 5; unsigned long long c : 33; _Bool d : 1; };
struct mixed { char c; short s; long l; double d; float f; void *p; struct bits b; };
union both { double d; uint64_t u; char bytes[8]; };
enum colour { red, green = 7, blue };
struct __attribute__((packed)) tight { char c; int i; short s; };
typedef int (*operation)(int, int);

static int add(int a, int b) { return a + b; }
static int divide(int a, int b) { return b ? a / b : INT_MAX; }
static const operation operations[] = {add, divide, 0};
const struct mixed sample = {'x', -2, 3L, 4.25, 0.1f, (void *)operations, {1, -3, 0x1ffffffffULL, 1}};
static const char *const words[] = {"alpha", "beta", "gamma", "\303\244\n"};
char buffer[4096];
long total = sizeof(struct mixed) + offsetof(struct mixed, d) + sizeof(struct tight) + _Alignof(max_align_t);

int sum_of(int count, ...) {
    va_list list;
    int sum = 0;
    va_start(list, count);
    for (int i = 0; i < count; ++i)
        sum += va_arg(list, int) + (int)va_arg(list, double);
    va_end(list);
    return sum;
}

double mean(const double *values, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; ++i)
        sum += values[i];
    return count ? sum / (double)count : 0.0 / 1.0;
}

float scale(float x, int n) { return x * 1.5f + (float)n / 3 - (float)(unsigned char)n; }
long double wide(long double x) { return x * 3 + 1e-30L; }
struct mixed change(struct mixed m) { m.b.a += 2; m.b.c ^= 5; m.l <<= 3; return m; }
uint64_t turn(uint64_t x, unsigned n) { return x << (n & 63) | x >> (-n & 63); }
int64_t product(int32_t a, int32_t b) { return (int64_t)a * b % 1000003; }

int choose(enum colour c, int x) {
    switch (c) {
    case red: return operations[0](x, 1);
    case green: return operations[1](x, 3);
    case blue: return (int)words[x & 3][0];
    default: break;
    }
    switch (x) {
    case 0: return 10; case 1: return 17; case 2: return 33; case 3: return 71;
    case 4: return 5; case 5: return 99; case 6: return 2; case 100: return 1;
    }
    return x > 1000 ? -x : x;
}

char plain(char c) { return c < 0 ? 'n' : c / 3; }
void copy(char *restrict to, const char *restrict from, size_t n) {
    for (size_t i = 0; i < n; ++i)
        to[i] = (char)(from[i] ^ 0x20);
}
)";

/// bookworm's cross compiler for arm64 makes another frame of the first than its own does
/// (plan/twin_rules.cpp).
constexpr std::string_view dynamic_c = R"(long keep(void *, long);
long many(long, long, long, long, long, long, long, long, long, long);
_Noreturn void never(long);
/* Room that is taken beside arguments on the stack. */
long on_the_go(const long *p, const double *q, long n) {
    long a = p[0] + 1, b = p[1] * 3;
    double x = q[0] * q[1], y = q[1] + q[1];
    char *room = __builtin_alloca(n);
    a += keep(room, b);
    if (n & 1)
        a += many(a, b, n, 1, 2, 3, 4, 5, 6, a + b);
    return a + b + (long)(x + y);
}
long once(long n) {
    char room[n];
    return keep(room, n);
}
_Noreturn void endless(long n) {
    char room[n];
    never(keep(room, n));
}
)";

constexpr std::string_view library_c = R"(#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static atomic_int users;
static _Thread_local int depth;
struct node { struct node *left, *right; int key; char name[12]; };

static inline int later(const struct node *n, int key) { return n && key > n->key; }

static struct node *insert(struct node *root, int key) {
    if (!root) {
        struct node *n = calloc(1, sizeof *n);
        if (!n)
            abort();
        n->key = key;
        snprintf(n->name, sizeof n->name, "n%d", key);
        atomic_fetch_add(&users, 1);
        return n;
    }
    struct node **side = later(root, key) ? &root->right : &root->left;
    *side = insert(*side, key);
    return root;
}

static void walk(const struct node *n) {
    if (!n)
        return;
    ++depth;
    walk(n->left);
    printf("%s:%d:%d ", n->name, n->key, depth);
    walk(n->right);
    --depth;
}

static int by_text(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

int main(int argc, char **argv) {
    struct node *root = NULL;
    const char *list[] = {"pear", "Apple", "fig", "quince"};
    for (int i = 0; i < 12; ++i)
        root = insert(root, i * 7 % 13 + argc - 1);
    walk(root);
    qsort(list, 4, sizeof list[0], by_text);
    for (int i = 0; i < 4; ++i)
        printf("%s%c", list[i], i == 3 ? '\n' : ' ');
    printf("%.6f %.3e %a %d\n", sqrt(2.0), exp(10.5), pow(2, 0.5), toupper('q'));
    printf("%s %d %zu\n", strrchr(argv[0], '/'), atomic_load(&users), sizeof(long double));
    return strtol("x", NULL, 0) != 0 || errno == ENOENT;
}
)";

constexpr std::string_view loops_c = R"(#define N 64
#define JOIN(a, b) a##b
#define TEXT(x) #x
int JOIN(gr, id)[N][N];
float left[N], right[N], result[N];
const char *label = TEXT(two words) " at " __FILE__;

void multiply(void) {
    for (int i = 0; i < N; ++i)
        result[i] += left[i] * right[i];
}
int trace(void) {
    int sum = 0;
    for (int i = 0; i < N; ++i)
        for (int j = 0; j < N; ++j)
            if ((i ^ j) & 1)
                sum += grid[i][j] > 0 ? grid[i][j] : -grid[i][j];
    return sum;
}
unsigned crc(const unsigned char *p, unsigned n) {
    unsigned c = ~0u;
    while (n--) {
        c ^= *p++;
        for (int k = 0; k < 8; ++k)
            c = c & 1 ? c >> 1 ^ 0xedb88320u : c >> 1;
    }
    return ~c;
}
int fibonacci(int n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }
__attribute__((noinline, cold)) void never(void) { __builtin_trap(); }
int guarded(int *p) { return __builtin_expect(p == 0, 0) ? (never(), 0) : *p; }
)";

constexpr std::string_view warnings_c = R"(#include <stdio.h>
int shadow(int x) { int y; if (x = 3) { int x = 4; printf("%s\n", x); } return y; }
static int unused(unsigned a, int b) { return a < b; }
void missing(void) { char small[2]; sprintf(small, "%d", 12345); small[5] = 0; }
)";

constexpr std::string_view wrong_c = R"(#include "no_such_header.h"
int f(void { return undeclared + 1 }
)";

constexpr std::string_view assembled_S = R"asm(#define TWICE(x) x; x
/* preprocessed, and the same for every machine */
    .file "assembled.S"
    .section .rodata
    .balign 8
    .globl table
table:
    TWICE(.word 0x1234)
    .long end - table, 7 + 3 * 4
    .asciz "text \"quoted\" \101\n"
    .byte 1, 2, 'c'
    .macro several from, to
    .byte \from
    .if \to - \from
    several "(\from + 1)", \to
    .endif
    .endm
    several 3, 6
    .fill 3, 2, 0x55
end:
    .size table, end - table
    .data
    .weak maybe
    .dc.a maybe, table + 4
    .uleb128 624485
    .sleb128 -123456
    .comm shared, 16, 8
    .section .note.GNU-stack, "", %progbits
)asm";

} // namespace

std::vector<InputFile> c_corpus() {
    return {{"types.c", types_c},         {"library.c", library_c},
            {"dynamic.c", dynamic_c},     {"loops.c", loops_c},
            {"warnings.c", warnings_c},   {"wrong.c", wrong_c},
            {"assembled.S", assembled_S}, {"empty.c", ""}};
}

} // namespace frank::verify
