// Messages that no well-behaved client sends: bytes on the bus' socket, and arguments at random.
#pragma once

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <gtest/gtest.h>
#include <random>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-bus.h>
#include <unistd.h>
#include <vector>

namespace frank::test {

/// A raw connection to the bus, for bytes that no library would send.
class RawBus {
  public:
    RawBus() : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const std::string path =
            std::string(std::getenv("DBUS_SYSTEM_BUS_ADDRESS")).substr(std::strlen("unix:path="));
        std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
        EXPECT_EQ(::connect(fd_, reinterpret_cast<const sockaddr *>(&address), sizeof address), 0);
        std::string hex;
        for (const char digit : std::to_string(::getuid()))
            hex += std::string("3") + digit;
        send(std::string(1, '\0') + "AUTH EXTERNAL " + hex + "\r\n");
        char answer[256];
        EXPECT_GT(::read(fd_, answer, sizeof answer), 0);
        send("BEGIN\r\n");
    }
    ~RawBus() { (void)::close(fd_); }
    RawBus(const RawBus &) = delete;
    RawBus &operator=(const RawBus &) = delete;

    /// False when the bus has thrown us out.
    bool send(const std::string &bytes_to_send) const {
        return ::send(fd_, bytes_to_send.data(), bytes_to_send.size(), MSG_NOSIGNAL) ==
               static_cast<ssize_t>(bytes_to_send.size());
    }
    /// Has the bus closed the connection, as it does for what is no message?
    bool thrown_out() const {
        char buffer[4096];
        for (;;) {
            const ssize_t got = ::recv(fd_, buffer, sizeof buffer, MSG_DONTWAIT);
            if (got <= 0)
                return got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
        }
    }

  private:
    int fd_;
};

/// A method call in D-Bus' own format, little endian.
class Wire {
  public:
    static std::string call(std::uint32_t serial, const std::string &destination, const std::string &path,
                            const std::string &interface, const std::string &member,
                            const std::string &signature, const std::string &body) {
        Wire fields;
        fields.field(1, "o", path);
        if (!interface.empty())
            fields.field(2, "s", interface);
        fields.field(3, "s", member);
        if (!destination.empty())
            fields.field(6, "s", destination);
        if (!signature.empty())
            fields.field(8, "g", signature);
        Wire head;
        head.out_ = std::string("l\1\0\1", 4);
        head.number(static_cast<std::uint32_t>(body.size()));
        head.number(serial);
        head.number(static_cast<std::uint32_t>(fields.out_.size()));
        head.out_ += fields.out_;
        head.align(8);
        return head.out_ + body;
    }

  private:
    void align(std::size_t to) { out_.resize((out_.size() + to - 1) / to * to); }
    void number(std::uint32_t value) {
        align(4);
        out_.append(reinterpret_cast<const char *>(&value), sizeof value);
    }
    void field(char code, const char *type, const std::string &value) {
        align(8);
        out_ += code;
        out_ += '\1';
        out_ += *type;
        out_ += '\0';
        if (*type == 'g')
            out_ += static_cast<char>(value.size());
        else
            number(static_cast<std::uint32_t>(value.size()));
        out_ += value + '\0';
    }
    std::string out_;
};

/// Appends a value of one of the types that the contract knows, or of none.
inline void append_random(sd_bus_message *message, const std::string &type, std::mt19937 &random) {
    static const std::vector<std::string> texts{"", "pi", "interactive", "user", "../..", "\x1b[2J", "arm64"};
    const auto text = [&random]() { return texts[random() % texts.size()].c_str(); };
    const std::size_t count = random() % 4;
    const auto add = [message](const char *what, auto... values) {
        EXPECT_GE(sd_bus_message_append(message, what, values...), 0) << what;
    };
    const auto array_of = [&](const char *element, const auto &fill) {
        EXPECT_GE(sd_bus_message_open_container(message, 'a', element), 0);
        for (std::size_t i = 0; i < count; ++i)
            fill();
        EXPECT_GE(sd_bus_message_close_container(message), 0);
    };
    if (type == "s")
        add("s", text());
    else if (type == "u" || type == "i" || type == "b")
        add(type.c_str(), type == "b" ? 1 : static_cast<int>(random()));
    else if (type == "h")
        add("h", STDIN_FILENO);
    else if (type == "v")
        add("v", "s", text());
    else if (type == "a{sv}")
        array_of("{sv}", [&] { add("{sv}", text(), "u", 7U); });
    else if (type == "a{uh}")
        array_of("{uh}", [&] { add("{uh}", static_cast<unsigned>(random() % 5), STDIN_FILENO); });
    else if (type == "ay")
        EXPECT_GE(sd_bus_message_append_array(message, 'y', "../pi", count), 0);
    else if (type == "aay")
        array_of("ay", [&] { append_random(message, "ay", random); });
}

inline void flip_bit(std::string &bytes, std::uint64_t where) {
    char &byte = bytes[where / 8 % bytes.size()];
    byte = static_cast<char>(static_cast<unsigned char>(byte) ^ (1U << where % 8));
}

} // namespace frank::test
