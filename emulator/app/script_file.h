#pragma once

#include <string>

#include "emulator/test_double/scripts/script.h"

namespace dynsessions {

/// The script in the file of --script; an empty one if `path` is empty. Throws config::ConfigError,
/// which names the file and the field, if it cannot be read or is no script.
[[nodiscard]] test_double::Script read_script_file(const std::string& path);

}  // namespace dynsessions
