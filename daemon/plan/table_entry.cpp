#include "daemon/plan/binfmt.hpp"
#include "daemon/plan/host_table.hpp"
#include "daemon/plan/printable.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace frank::plan {

namespace {

constexpr std::string_view digits = "0123456789abcdef";
constexpr std::size_t header_bytes = 256; // BINPRM_BUF_SIZE: what the kernel compares is zero beyond the file

Result<TableEntry> refuse_entry(std::string_view name, const char *what) {
    return refuse(Error::failed,
                  "the binfmt_misc entry " + printable(name, 64) + " cannot be understood: " + what);
}

std::string hex(std::string_view bytes, std::string_view prefix) {
    std::string text;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        text += prefix;
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

int nibble(char c) {
    const std::size_t at = digits.find(c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c);
    return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

/// False for an odd or a wrong digit.
bool unhex(std::string_view text, std::string &bytes) {
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = nibble(text[i]);
        const int low = i + 1 < text.size() ? nibble(text[i + 1]) : -1;
        if (high < 0 || low < 0)
            return false;
        bytes += static_cast<char>(high * 16 + low);
    }
    return true;
}

/// Undoes "\xNN" as the kernel does; every other byte is itself.
std::string unescape(std::string_view text) {
    std::string bytes;
    for (std::size_t i = 0; i < text.size();) {
        if (text.substr(i, 2) == "\\x" && i + 3 < text.size() && nibble(text[i + 2]) >= 0 &&
            nibble(text[i + 3]) >= 0) {
            bytes += static_cast<char>(nibble(text[i + 2]) * 16 + nibble(text[i + 3]));
            i += 4;
        } else {
            bytes += text[i++];
        }
    }
    return bytes;
}

bool number(std::string_view text, std::uint32_t &value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size();
}

bool one_line(std::string_view text) { return text.find_first_of(std::string_view("\n\0", 2)) == text.npos; }

/// One that occurs in none of the texts: a field cannot be quoted.
char delimiter_for(const TableEntry &entry) {
    for (const char c : std::string_view(":|,;#+=~^!"))
        if ((entry.name + entry.interpreter + entry.extension).find(c) == std::string::npos)
            return c;
    throw std::logic_error("no delimiter for a binfmt_misc entry");
}

std::uint8_t byte_at(std::string_view bytes, std::size_t at, std::uint8_t otherwise) {
    return at < bytes.size() ? static_cast<std::uint8_t>(bytes[at]) : otherwise;
}

std::uint8_t mask_at(const TableEntry &entry, std::size_t at) {
    if (at < entry.offset || at - entry.offset >= entry.magic.size())
        return 0;
    return byte_at(entry.mask, at - entry.offset, entry.mask.empty() ? 0xff : 0);
}

std::uint8_t magic_at(const TableEntry &entry, std::size_t at) {
    return byte_at(entry.magic, at - entry.offset, 0);
}

} // namespace

Result<TableEntry> parse_table_entry(std::string_view name, std::string_view text) {
    TableEntry entry;
    entry.name = name;
    if (!one_line(name) || text.find('\0') != std::string_view::npos)
        return refuse_entry(name, "it holds a control character");
    bool said_enabled = false;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const auto after = [&line](std::string_view key) {
            return line.starts_with(key) ? line.substr(key.size()) : std::string_view();
        };
        if (line == "enabled" || line == "disabled") {
            entry.enabled = line == "enabled";
            said_enabled = true;
        } else if (line.starts_with("interpreter ")) {
            entry.interpreter = after("interpreter ");
        } else if (line.starts_with("flags: ")) {
            entry.flags = after("flags: ");
        } else if (line.starts_with("extension .")) {
            entry.extension = after("extension .");
        } else if (line.starts_with("offset ") && !number(after("offset "), entry.offset)) {
            return refuse_entry(name, "its offset is no number");
        } else if ((line.starts_with("magic ") && !unhex(after("magic "), entry.magic)) ||
                   (line.starts_with("mask ") && !unhex(after("mask "), entry.mask))) {
            return refuse_entry(name, "its magic is not hexadecimal");
        }
    }
    if (!said_enabled || entry.interpreter.empty() || (entry.magic.empty() == entry.extension.empty()))
        return refuse_entry(name, "it lacks a line");
    return entry;
}

std::string table_line(const TableEntry &entry) {
    const char d = delimiter_for(entry);
    std::string line = d + entry.name + d;
    if (entry.magic.empty()) {
        line += std::string("E") + d + d + entry.extension + d + d;
    } else {
        line += std::string("M") + d + (entry.offset == 0 ? "" : std::to_string(entry.offset)) + d;
        line += hex(entry.magic, "\\x") + d + hex(entry.mask, "\\x") + d;
    }
    return line + entry.interpreter + d + entry.flags;
}

Result<TableEntry> parse_table_line(std::string_view line) {
    std::vector<std::string_view> fields;
    const char delimiter = line.empty() ? '\0' : line.front();
    for (std::size_t at = 1; at <= line.size() && fields.size() < 7;) {
        const std::size_t end =
            fields.size() == 6 ? line.size() : std::min(line.find(delimiter, at), line.size());
        fields.push_back(line.substr(at, end - at));
        at = end + 1;
    }
    TableEntry entry;
    if (fields.size() != 7 || !one_line(line) || (fields[1] != "M" && fields[1] != "E"))
        return refuse_entry(line, "it is no line of seven fields");
    entry.name = fields[0];
    if (!fields[2].empty() && !number(fields[2], entry.offset))
        return refuse_entry(entry.name, "its offset is no number");
    if (fields[1] == "M") {
        entry.magic = unescape(fields[3]);
        entry.mask = unescape(fields[4]);
    } else {
        entry.extension = fields[3];
    }
    entry.interpreter = fields[5];
    entry.flags = fields[6];
    if (entry.name.empty() || entry.interpreter.empty() || (entry.magic.empty() && entry.extension.empty()))
        return refuse_entry(entry.name, "it lacks a field");
    return entry;
}

bool overlap(const TableEntry &a, const TableEntry &b) {
    if (a.magic.empty() || b.magic.empty())
        return false;
    for (std::size_t at = 0; at < header_bytes; ++at) {
        const auto both = static_cast<std::uint8_t>(mask_at(a, at) & mask_at(b, at));
        if (both != 0 && ((magic_at(a, at) ^ magic_at(b, at)) & both) != 0)
            return false;
    }
    return true;
}

bool takes(const TableEntry &entry, std::string_view head, std::string_view file_name) {
    if (!entry.enabled)
        return false;
    if (entry.magic.empty()) {
        const std::size_t dot = file_name.rfind('.'); // of the whole path, as the kernel has it
        return dot != std::string_view::npos && file_name.substr(dot + 1) == entry.extension;
    }
    for (std::size_t at = entry.offset; at < entry.offset + entry.magic.size(); ++at)
        if (((magic_at(entry, at) ^ byte_at(head, at, 0)) & mask_at(entry, at)) != 0)
            return false;
    return true;
}

TableEntry session_table_entry(Arch arch, std::string_view interpreter) {
    auto entry = parse_table_line(registration_line(arch, interpreter, "PF"));
    if (!entry)
        throw std::logic_error(entry.error().message);
    return std::move(*entry);
}

TableEntry host_table_entry(Arch arch, std::string_view interpreter) {
    TableEntry entry = session_table_entry(arch, interpreter);
    entry.name = "qemu-" + std::string(info(arch).qemu);
    return entry;
}

} // namespace frank::plan
