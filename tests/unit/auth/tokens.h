#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace dynsessions::auth {

/// The time of the clock in these tests: 11 November 2024, 09:05:02 UTC.
inline constexpr std::chrono::sys_seconds kNow{std::chrono::seconds(1'731'315'902)};

/// Returns a token around any payload text: its header is valid, its signature is not.
[[nodiscard]] std::string token_around(std::string_view payload);

/// Returns a payload that is valid at kNow, with `members` replaced or added: `"exp": 1`.
[[nodiscard]] std::string payload_with(std::string_view members);

}  // namespace dynsessions::auth
