#pragma once

#include "emulator/base/result.h"
#include "emulator/pools/pool_definition.h"
#include "sandbox/protocol/sandbox_profile.h"

namespace dynsessions::runtimes {

/// Runs the code of one container type: turns the definition of a pool into the profile of its
/// sandboxes. A value; any thread.
class Runtime {
 public:
  Runtime() = default;
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;
  virtual ~Runtime() = default;

  /// Returns `invalid_request`, with the member in `target` and the cure in `reason`, if sessions
  /// of that definition cannot run on this machine.
  [[nodiscard]] virtual Result<sandbox::SandboxProfile> profile_for(
      const pools::PoolDefinition& pool) const = 0;
};

}  // namespace dynsessions::runtimes
