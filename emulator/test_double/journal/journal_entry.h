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
  std::uint64_t size = 0;  ///< size of the whole body
  bool cut = false;        ///< more was read than is kept
};

/// One request and its outcome. It contains no token: header fields with tokens are left out, and
/// text in bodies that looks like a token is blanked.
struct JournalEntry {
  std::uint64_t id = 0;  ///< counts from 1, in the order of answers
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
  bool delivered = false;  ///< false also while the answer is being sent
  std::string traceparent;
  KeptBody request;
  KeptBody response;
  std::string displays;            ///< untrusted JSON of an agent
  std::uint64_t stdout_bytes = 0;  ///< bytes that the program wrote
  std::uint64_t stderr_bytes = 0;
  bool stdout_cut = false;  ///< the answer contains only a part of stdout
  bool stderr_cut = false;

  /// Estimates the memory of the entry.
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
/// `stdoutBytes` and `stderrBytes`, which the program wrote, `cut`, which names the streams that
/// the answer contains only in part, and `displays`, everything that the program showed, if the
/// answer does not contain all of it.
[[nodiscard]] nlohmann::ordered_json to_json(const JournalEntry& entry);

/// "request 12: POST /executions, operation execute, identifier a, status 200"
[[nodiscard]] std::string description_of(const JournalEntry& entry);

/// Whether a field of a head can carry a secret.
[[nodiscard]] bool is_secret_field(std::string_view name);

/// Blanks what looks like a JSON Web Token.
void blank_tokens(std::string& text);

}  // namespace dynsessions::test_double
