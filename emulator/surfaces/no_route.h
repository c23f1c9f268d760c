#pragma once

#include <string>

#include "emulator/base/error.h"
#include "emulator/http/router.h"

namespace dynsessions::surfaces {

/// The refusal of a path or method that no row has. The message names the methods that the path
/// has, or the nearest path. `unknown_path` is the message's first sentence for an unknown path,
/// and `known_paths` the reason where no path is near.
[[nodiscard]] Error no_route(const http::Request& request, const http::NoRow& why,
                             const std::string& unknown_path, std::string known_paths);

}  // namespace dynsessions::surfaces
