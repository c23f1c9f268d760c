#pragma once

#include <cstdint>
#include <optional>

#include <boost/asio/awaitable.hpp>

#include "emulator/base/result.h"
#include "emulator/test_double/snapshots/snapshot_services.h"
#include "sandbox/base/unique_fd.h"

namespace dynsessions::test_double {

/// Parts that a snapshot leaves out, so that it can be shared.
enum class Redaction {
  none,
  identifiers,  ///< identifiers, principals and the names of subscription and group are replaced
  contents,     ///< also no variables, programs and outputs, and files are zeros of their length
};

struct SnapshotFile {
  UniqueFd fd;  ///< unnamed
  std::uint64_t size = 0;
};

/// One archive of a pool, or of all pools: definition, faults and script, files and variables of
/// the sessions, and the journal. It lists its omissions. Waits for its turn in each kernel; the
/// variables of a kernel whose program runs too long are left out. `pool_not_found` if there is no
/// such pool, `payload_too_large` if the files have more than kMostSnapshotBytes.
[[nodiscard]] boost::asio::awaitable<Result<SnapshotFile>> take_snapshot(
    SnapshotServices services, std::optional<pools::PoolName> pool, Redaction redaction);

}  // namespace dynsessions::test_double
