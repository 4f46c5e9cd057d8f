#include "client/trace_text.hpp"

namespace frank::client {

namespace {

constexpr std::string_view mark = " <unfinished ...>\n";
static_assert(TraceText::growth > mark.size());

} // namespace

std::string TraceText::rework(std::string_view raw) {
    std::string text;
    text.reserve(raw.size());
    for (const char c : raw) {
        // After a call's arguments comes " = RESULT", and a number is another process'.
        if (!quoted_ && last_ == ')' && c >= '0' && c <= '9')
            text += mark;
        if (c == '\n')
            quoted_ = false;
        else if (c == '"' && last_ != '\\')
            quoted_ = !quoted_;
        text += c;
        last_ = c;
    }
    return text;
}

} // namespace frank::client
