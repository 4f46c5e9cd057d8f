// A checked type: it cannot hold "../x", a control character or anything else but [a-z][a-z0-9-]{0,31}.
#pragma once

#include "daemon/plan/result.hpp"

#include <compare>
#include <string>
#include <string_view>

namespace frank::plan {

class SessionName {
  public:
    static Result<SessionName> parse(std::string_view text);

    const std::string &str() const { return text_; }
    auto operator<=>(const SessionName &) const = default;

  private:
    explicit SessionName(std::string_view text) : text_(text) {}
    std::string text_;
};

} // namespace frank::plan
