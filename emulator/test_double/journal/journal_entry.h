#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "emulator/base/clock.h"
#include "emulator/pools/pool_definition.h"

namespace dynsessions::test_double {

/// The first bytes of a body.
struct KeptBody {
  std::string text;
  std::uint64_t size = 0;  ///< of the whole body
  bool cut = false;        ///< more was read than is kept
};

/// One request and what became of it. Has no token: the fields of the head that carry one were left
/// out, and what looks like one in a body was blanked.
struct JournalEntry {
  std::uint64_t id = 0;  ///< from 1, in order of the answers
  Clock::TimePoint at;   ///< when the answer was there, by the clock of its pool
  std::string_view surface;
  std::string_view operation;  ///< empty: no operation has this path and method
  pools::PoolName pool;        ///< name is empty for surfaces without pools
  std::string method;
  std::string path;
  std::vector<std::pair<std::string, std::string>> query;
  std::vector<std::pair<std::string, std::string>> request_headers;
  std::vector<std::pair<std::string, std::string>> response_headers;
  std::string scheme;
  std::string api_version;
  std::string identifier;
  std::string principal;
  std::string client;  ///< User-Agent
  std::string session;
  std::string correlation_id;
  unsigned status = 0;
  std::string_view refused_by;
  std::string reason;
  std::vector<std::string> faults;
  std::chrono::nanoseconds duration{0};
  std::chrono::nanoseconds allocation_time{0};
  std::chrono::nanoseconds execution_time{0};
  bool delivered = false;  ///< false also while the answer is on its way
  std::string traceparent;
  KeptBody request;
  KeptBody response;
  std::string displays;            ///< JSON of an agent, to be distrusted
  std::uint64_t stdout_bytes = 0;  ///< that the program wrote
  std::uint64_t stderr_bytes = 0;
  bool stdout_cut = false;  ///< the answer has less of it
  bool stderr_cut = false;

  /// Memory that it takes, roughly.
  [[nodiscard]] std::size_t bytes() const;
};

/// The program of an execute request and its outcome, read from the bodies. All members are empty
/// for other operations and if bodies are not kept.
struct ExecutedProgram {
  bool is_known = false;
  std::string code;
  std::string stdout_text;
  std::string stderr_text;
};
[[nodiscard]] ExecutedProgram program_of(const JournalEntry& entry);
/// The value that the answer has; null if it has none.
[[nodiscard]] nlohmann::json result_of(const JournalEntry& entry);

/// The members that programs rely on: id, at, pool, operation, method, path, apiVersion,
/// identifier, principal, client, status, reason, refusedBy, durationMs, faults, session,
/// traceparent, sizes, and of an execute request code, stdout, stderr and result; with
/// `stdoutBytes` and `stderrBytes`, which the program wrote, `cut`, which names the streams of
/// which the answer has less, and `displays`, all that the program showed, if that is more than the
/// answer has.
[[nodiscard]] nlohmann::ordered_json to_json(const JournalEntry& entry);

/// "request 12: POST /executions, operation execute, identifier a, status 200"
[[nodiscard]] std::string description_of(const JournalEntry& entry);

/// Whether a field of a head can carry a secret.
[[nodiscard]] bool is_secret_field(std::string_view name);

/// Blanks what looks like a JSON Web Token.
void blank_tokens(std::string& text);

}  // namespace dynsessions::test_double
