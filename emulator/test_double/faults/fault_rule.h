#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "emulator/base/clock.h"
#include "emulator/base/result.h"
#include "emulator/test_double/text_pattern.h"

/// Failures that a test injects: the requests that they hit, and their effects.
namespace dynsessions::test_double {

struct HeaderMatch {
  std::string name;
  std::string value;  ///< glob
};

/// Selects the requests that a rule hits. Absent members match every request.
struct FaultMatch {
  std::string operation;
  std::string method;
  std::string identifier;  ///< glob
  std::optional<HeaderMatch> header;
  std::optional<TextPattern> body;  ///< found in the first MiB
  std::uint64_t nth = 0;            ///< only this one of the requests that match otherwise
  std::uint64_t every = 0;          ///< each third, for example
  double probability = 1.0;
  std::uint64_t seed = 0;   ///< of the random numbers for `probability` and delays
  std::uint64_t times = 0;  ///< number of requests to hit; 0: no limit
};

enum class When {
  before,  ///< the operation does not run
  after,   ///< the operation runs, and its answer is lost
};

namespace effects {

/// An answer instead of the operation's.
struct Status {
  unsigned status = 503;
  std::string code;
  std::string message;
  std::vector<std::pair<std::string, std::string>> headers;
};
/// Real time before the operation runs.
struct Delay {
  enum class Kind { fixed, uniform, lognormal } kind = Kind::fixed;
  double seconds = 0;  ///< the minimum of `uniform`, or the median of `lognormal`
  double spread = 0;   ///< of `uniform` the most, of `lognormal` sigma
};
/// The connection is reset (TCP RST) instead of answered.
struct Reset {
  When when = When::after;
};
/// The connection ends after that many bytes of the body.
struct Truncate {
  std::uint64_t bytes = 0;
};
/// The body goes out in pieces of that many bytes, with pauses between them.
struct Slice {
  std::uint64_t bytes = 0;
  std::chrono::nanoseconds pause{0};
};
/// The request gets no answer until the client leaves.
struct Hang {
  When when = When::after;
};
/// The interpreters of the session are killed: before the operation, or while its program runs.
struct KillKernel {
  bool during = false;
  /// Running time of the program after which the kernels are killed.
  std::chrono::nanoseconds after{0};
};
/// The session ends before the operation.
struct Evict {};
/// The answer of a pool that has its maximum of sessions.
struct PoolFull {};
/// The service's own text for a session that could not be allocated (CONTRACT.md section 8 row 42).
struct AllocationFailed {
  unsigned status = 500;
};
/// Files of the session are removed before the operation.
struct LoseFile {
  std::string path;  ///< glob, below /mnt/data
};
/// The allocation of a new session takes that much longer. Existing sessions are not affected.
struct SlowAllocation {
  std::chrono::nanoseconds time{0};
};
/// The answer to a token that is not accepted: 401, or 403 as for one without the role.
struct RejectToken {
  bool forbidden = false;
};

}  // namespace effects

using FaultEffect = std::variant<effects::Status, effects::Delay, effects::Reset, effects::Truncate,
                                 effects::Slice, effects::Hang, effects::KillKernel, effects::Evict,
                                 effects::PoolFull, effects::AllocationFailed, effects::LoseFile,
                                 effects::SlowAllocation, effects::RejectToken>;

/// A part of a request that an effect needs. Each value includes those before it.
enum class FaultNeed {
  nothing,
  token,    ///< a request that a token admits: of the data plane or the control plane
  session,  ///< a request about a session, by its identifier
};

[[nodiscard]] FaultNeed need_of(const FaultEffect& effect);

/// The operations that rules can name.
struct FaultContext {
  struct Operation {
    std::string name;
    FaultNeed has{};  ///< the last FaultNeed that its requests have
  };
  std::vector<Operation> operations;

  /// Returns nullptr if there is no such operation.
  [[nodiscard]] const Operation* find(std::string_view name) const;
};

/// A rule with its counts.
struct FaultRule {
  std::string id;
  FaultMatch match;
  FaultEffect effect;
  std::string effect_name;            ///< "truncate", or the name of the preset
  nlohmann::ordered_json definition;  ///< the rule as given, with `effect` in full
  std::uint64_t matched = 0;          ///< requests that had everything but the right count
  std::uint64_t hits = 0;
  std::mt19937_64 random{0};
};

/// Reads {"id", "match", "effect"} or {"id", "match", "preset"}; `hits` and `matched` are ignored,
/// so that an answer can be sent back. `where` is put before the names of fields in errors:
/// "value[2].".
[[nodiscard]] Result<FaultRule> parse_fault_rule(const nlohmann::json& object,
                                                 const FaultContext& context,
                                                 const std::string& where);

/// The rule with its id and counts.
[[nodiscard]] nlohmann::ordered_json to_json(const FaultRule& rule);

}  // namespace dynsessions::test_double
