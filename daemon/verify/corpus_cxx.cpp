// C++ and Fortran. Few and small: an emulated cc1plus reads a second's worth of headers in ten.
#include "daemon/verify/corpus.hpp"

namespace frank::verify {

namespace {

constexpr std::string_view language_cc = R"(namespace shapes {
struct Shape { virtual ~Shape(); virtual double area() const = 0; int id = 3; };
struct Square : virtual Shape { double side; explicit Square(double s) : side(s) {} double area() const override; };
struct Circle : virtual Shape { double area() const override { return 3.14159 * r * r; } double r = 2; };
struct Odd final : Square, Circle { Odd() : Square(2) {} double area() const override { return 1; } };
Shape::~Shape() {}
double Square::area() const { return side * side; }
} // namespace shapes

template <class T, int N> struct Array {
    T items[N];
    constexpr int size() const { return N; }
    template <class F> T fold(F f) const { T sum{}; for (const T &t : items) sum = f(sum, t); return sum; }
};
template <class... Ts> constexpr auto sum(Ts... ts) { return (ts + ... + 0); }
constexpr int square(int x) { return x * x; }
static_assert(square(sum(1, 2, 3)) == 36);

struct Failure { int code; };
struct Guard { int &n; ~Guard() { ++n; } };
int counted;
inline int &once() { static int value = square(counted + 4); return value; }

int risky(int x) {
    Guard guard{counted};
    if (x > 3)
        throw Failure{x};
    return x;
}
int careful(int x) {
    try { return risky(x); }
    catch (const Failure &f) { return -f.code; }
    catch (...) { return 99; }
}
int dispatch(shapes::Shape *s) {
    if (auto *c = dynamic_cast<shapes::Circle *>(s))
        return (int)c->area();
    Array<int, 5> a{{1, 2, 3, 4, 5}};
    int extra = once();
    return a.fold([=](int x, int y) { return x * y + extra; }) + a.size();
}
unsigned long long operator""_k(unsigned long long n) { return n * 1000; }
auto literal = 5_k;
thread_local Array<long, 2> mine{{1, 2}};
long use() { return mine.items[1]; }
)";

constexpr std::string_view containers_cc = R"(#include <algorithm>
#include <string>
#include <vector>
int longest(std::vector<std::string> &list, const char *more) {
    list.emplace_back(more);
    list.push_back(list.front() + "-" + std::to_string(list.size()));
    std::sort(list.begin(), list.end(), [](auto &a, auto &b) { return a.size() < b.size(); });
    return (int)list.back().size();
}
)";

constexpr std::string_view program_cc = R"(#include <iostream>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>
int main() {
    std::map<std::string, std::vector<int>> all;
    for (int i = 0; i < 9; ++i)
        all[std::string(1, char('a' + i % 3))].push_back(i * i);
    auto shared = std::make_shared<int>(7);
    try {
        for (const auto &[key, values] : all)
            std::cout << key << ' ' << values.size() << ' ' << values.at(2) + *shared << '\n';
        return all.at("z").size() > 0;
    } catch (const std::out_of_range &e) {
        std::cout << "none: " << 2.5 << std::endl;
    }
}
)";

constexpr std::string_view wrong_cc = R"(template <class T> struct A { typename T::type x; };
A<int> a;
int f() { return "text" + ; }
)";

constexpr std::string_view modern_f90 = R"(module shapes
  implicit none
  type :: point
    real(8) :: x = 0, y = 0
  end type
contains
  pure function length(p) result(r)
    type(point), intent(in) :: p
    real(8) :: r
    r = sqrt(p%x**2 + p%y**2)
  end function
end module
program main
  use shapes
  implicit none
  integer :: i
  real(8) :: a(4, 4)
  character(len=10) :: text
  complex :: z = (1.0, -2.0)
  a = reshape([(dble(i), i = 1, 16)], [4, 4])
  write (text, '(i5.3)') sum(int(matmul(a, transpose(a))))
  print *, length(point(3d0, 4d0)), trim(text), conjg(z)
  do i = 1, 3
    where (a > i) a = a - 1
  end do
  print '(4f7.2)', a
end program
)";

} // namespace

std::vector<InputFile> cxx_corpus() {
    return {{"language.cc", language_cc}, {"containers.cc", containers_cc}, {"program.cc", program_cc},
            {"wrong.cc", wrong_cc},       {"modern.f90", modern_f90},       {"empty.cc", ""}};
}

} // namespace frank::verify
