// Several architectures, as a value that fits into a message.
#pragma once

#include "daemon/plan/arch.hpp"

namespace frank::plan {

class ArchSet {
  public:
    constexpr ArchSet() = default;
    /// Bit N is the Arch whose number is N. From outside: what is no Arch is left out.
    static ArchSet from_bits(std::uint64_t bits) {
        ArchSet set;
        for (const ArchInfo &entry : arch_table())
            if ((bits >> static_cast<unsigned>(entry.arch) & 1U) != 0)
                set.insert(entry.arch);
        return set;
    }

    constexpr void insert(Arch arch) { bits_ |= bit(arch); }
    constexpr void insert(const ArchSet &others) { bits_ |= others.bits_; }
    constexpr void erase(Arch arch) { bits_ &= ~bit(arch); }
    constexpr bool contains(Arch arch) const { return (bits_ & bit(arch)) != 0; }
    constexpr bool empty() const { return bits_ == 0; }
    constexpr std::uint64_t bits() const { return bits_; }
    bool operator==(const ArchSet &) const = default;

  private:
    /// None for Arch::none.
    static constexpr std::uint64_t bit(Arch arch) {
        return arch == Arch::none ? 0 : std::uint64_t{1} << static_cast<unsigned>(arch);
    }

    std::uint64_t bits_ = 0;
};

} // namespace frank::plan
