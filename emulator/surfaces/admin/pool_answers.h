#pragma once

#include <nlohmann/json.hpp>

#include "emulator/base/error.h"
#include "emulator/pools/pool.h"

namespace dynsessions::surfaces::admin {

[[nodiscard]] Error no_such_pool();

/// An entry for each session. A session counts against the maximum until its cooldown has passed,
/// or longer while calls are under way.
[[nodiscard]] nlohmann::ordered_json slots_json(pools::Pool& pool);

}  // namespace dynsessions::surfaces::admin
