#pragma once

#include <vector>

#include <boost/asio/awaitable.hpp>

#include "emulator/app/tier_choice.h"
#include "emulator/execution/launcher_client.h"
#include "emulator/pools/pool.h"
#include "emulator/surfaces/admin/services.h"

namespace dynsessions {

/// Checks the parts that must work before sessions can be allocated: launcher, sandbox, the
/// interpreters of the declared pools (the default pool is the first of them), limits. Waits for
/// the launcher for two seconds at most. Without a tier the only component is the scripts.
/// `launcher` and `tier` outlive the coroutine.
boost::asio::awaitable<std::vector<surfaces::admin::Component>> components(
    execution::LauncherClient& launcher, const std::optional<TierChoice>& tier,
    std::vector<pools::Pool*> declared_pools);

/// The packages that were added; ready also while sessions keep earlier ones, because they work.
[[nodiscard]] surfaces::admin::Component package_component(
    const surfaces::admin::PackageReport& report);

}  // namespace dynsessions
