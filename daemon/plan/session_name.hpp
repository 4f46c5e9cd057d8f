// A checked type: it cannot hold "../x", a control character or anything else but [a-z][a-z0-9-]{0,31}, for a
// throw-away session with "@" and [a-z0-9]{1,8} behind it.
#pragma once

#include "daemon/plan/result.hpp"

#include <compare>
#include <string>
#include <string_view>

namespace frank::plan {

class SessionName {
  public:
    /// What somebody may call a session.
    static Result<SessionName> parse(std::string_view text);
    /// Besides, what a throw-away session is called.
    static Result<SessionName> parse_any(std::string_view text);

    const std::string &str() const { return text_; }
    /// Without what is behind "@".
    std::string base() const { return text_.substr(0, text_.find('@')); }
    auto operator<=>(const SessionName &) const = default;

  private:
    explicit SessionName(std::string_view text) : text_(text) {}
    std::string text_;
};

} // namespace frank::plan
