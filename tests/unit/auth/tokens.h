#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace dynsessions::auth {

/// Where the clock stands in these tests: 11 November 2024, 09:05:02 UTC.
inline constexpr std::chrono::sys_seconds kNow{std::chrono::seconds(1'731'315'902)};

/// A token around the text of a payload, whatever that is: its header is good, its signature junk.
[[nodiscard]] std::string token_around(std::string_view payload);

/// A payload that is good at kNow, but for `members` which replace or add: `"exp": 1`.
[[nodiscard]] std::string payload_with(std::string_view members);

}  // namespace dynsessions::auth
