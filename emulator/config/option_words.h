#pragma once

#include <string>
#include <vector>

#include "emulator/config/options.h"

namespace dynsessions::config {

/// The fixed words among the values that an option accepts, such as `any`, `claims` and `off` of
/// `auth`; empty if it accepts none. They are taken from Option::accepted(), which separates them
/// with " or ".
[[nodiscard]] std::vector<std::string> words_of(const Option& option);

}  // namespace dynsessions::config
