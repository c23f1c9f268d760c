#pragma once

#include <vector>

#include <sys/types.h>

#include "tests/support/launcher_harness.h"

namespace dynsessions::sandbox::test {

/// Returns the launcher's zygotes, without the interpreters that were forked from them.
[[nodiscard]] std::vector<pid_t> zygotes_of(const LauncherHarness& launcher);

}  // namespace dynsessions::sandbox::test
