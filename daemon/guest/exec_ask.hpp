// A system call of frank-exec, which has no libc (exec_libc.cpp says why).
#pragma once

#include <cerrno>
#include <cstdint>
#include <type_traits>

#ifndef __x86_64__
#error "the system calls of frank-exec are written for x86-64, where alone sessions run"
#endif

namespace frank::guest {

template <class T> std::intptr_t word(T value) {
    if constexpr (std::is_pointer_v<T>)
        return reinterpret_cast<std::intptr_t>(value);
    else
        return static_cast<std::intptr_t>(value);
}

/// Up to six arguments in the kernel's registers; -1 and errno where it refuses.
template <class... Arguments> long ask(long number, Arguments... arguments) {
    const std::intptr_t given[6] = {word(arguments)...};
    long result = number;
    asm volatile("mov %[fourth], %%r10\n\t"
                 "mov %[fifth], %%r8\n\t"
                 "mov %[sixth], %%r9\n\t"
                 "syscall"
                 : "+a"(result)
                 : "D"(given[0]), "S"(given[1]),
                   "d"(given[2]), [fourth] "rm"(given[3]), [fifth] "rm"(given[4]), [sixth] "rm"(given[5])
                 : "rcx", "r8", "r9", "r10", "r11", "memory");
    constexpr long lowest_error = -4095;
    if (result >= 0 || result < lowest_error)
        return result;
    errno = static_cast<int>(-result);
    return -1;
}

} // namespace frank::guest
