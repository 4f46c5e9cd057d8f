// Bytes from one descriptor to another as fast as both go, in the loop and without blocking it.
#pragma once

#include "client/event_loop.hpp"
#include "client/fd.hpp"

#include <array>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace frank::client {

class Copier {
  public:
    /// Why it ended: nothing more to read, or nobody to write to.
    enum class End : unsigned char { source, sink };

    /// Takes both descriptors and closes both at its end, so that each neighbour learns of the other's going.
    /// `farewell` is written after the last byte of a source that ended.
    Copier(EventLoop &loop, Fd from, Fd to, std::string_view farewell = {});
    Copier(const Copier &) = delete;
    Copier &operator=(const Copier &) = delete;

    /// What it returns is written in place of what was read: at most `growth` times as much and `growth`
    /// bytes.
    void rework(std::size_t growth, std::function<std::string(std::string_view)> how);
    /// Called once, after both are closed.
    void on_end(std::function<void(End)> what) { on_end_ = std::move(what); }
    void stop();
    /// After the writer of the source has gone: false when all that it left has been written, else turn the
    /// loop and ask again. Later writers, which may write for ever, are not waited for.
    bool settle();

  private:
    short wanted_of_source() const;
    short wanted_of_sink() const;
    void fill();
    void flush();
    void finish(End end);

    Fd from_;
    Fd to_;
    std::string_view farewell_;
    bool source_ended_ = false;
    bool sink_blocks_ = false;
    bool settling_ = false;
    std::array<char, 65536> buffer_{};
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::size_t settled_ = 0;
    std::size_t growth_ = 1;
    std::function<std::string(std::string_view)> rework_;
    std::function<void(End)> on_end_;
};

} // namespace frank::client
