#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/base/error.h"

namespace dynsessions::http {

/// One request, its answer and the facts about both. The connection makes it; the router, filters
/// and handlers fill it; the ExchangeObservers (log, metrics and journal) read it after the end.
/// Handlers know the Exchange and none of its readers.
///
/// A value. Members of type `string_view` refer to texts with static storage.
struct Exchange {
  // Set by the connection.
  std::uint64_t connection = 0;  ///< number of the connection at its server, from 1
  std::uint64_t number = 0;      ///< number of the request on its connection, from 1
  std::string_view scheme = "http";
  std::string correlation_id;  ///< UUID; the answer carries it as `mise-correlation-id`
  std::string method;          ///< empty: the bytes never became a request
  /// The percent-decoded segments with `/` before each. Foreign bytes: valid UTF-8, but not yet
  /// safe to print.
  std::string path;
  std::string traceparent;  ///< W3C Trace Context, as the client sent it; empty: missing or invalid

  // Set by the router of the surface.
  std::string_view surface;    ///< "data-plane" or "admin"
  std::string_view operation;  ///< such as "execute"; empty: no operation has this path and method
  std::string subscription;
  std::string resource_group;
  std::string pool;
  std::string api_version;  ///< value in the request; empty: none

  // Set by filters and handlers.
  std::string principal;   ///< of the token; empty if it names none
  std::string identifier;  ///< the session's; possibly a secret of the client: log only its hash
  std::string session;     ///< guid
  bool is_new_session = false;                  ///< the request made the session
  std::chrono::nanoseconds allocation_time{0};  ///< time until the session was allocated
  std::chrono::nanoseconds execution_time{0};   ///< of the program, waiting for its turn included
  std::vector<std::string> faults;              ///< injected faults that were hit, by rule id
  std::vector<std::string> fault_effects;       ///< effects or presets of these faults

  // Facts about the program of the request that are not in the answer.
  bool wants_displays = false;  ///< a filter wants the next member
  std::string displays;         ///< untrusted JSON of an agent; see ExecutionResult
  /// Bytes that the program wrote, including those that were dropped.
  std::uint64_t stdout_bytes = 0;
  std::uint64_t stderr_bytes = 0;
  bool stdout_cut = false;  ///< the answer contains only a part of stdout
  bool stderr_cut = false;

  // The decision.
  std::optional<Error> refusal;  ///< why the request was refused; nullopt: it was not
  /// The part that refused it: "connection", "guard", "token", "router", "fault" or "operation".
  std::string_view refused_by;
  /// Text of `x-emulator-reason`, also where the server does not send that header.
  std::string reason;
  /// A reason for an answer that is no refusal. It quotes the program, so it is not logged.
  std::string advice;
  /// Text of `x-emulator-warning`, which names what the answer leaves out; empty if it is complete.
  std::string warning;

  // Set by the connection at the end.
  unsigned status = 0;                            ///< 0: the client left before an answer was there
  bool delivered = false;                         ///< the kernel took the whole answer
  std::uint64_t request_bytes = 0;                ///< of the body, as far as it was read
  std::uint64_t response_bytes = 0;               ///< of the body, as far as the kernel took it
  std::chrono::steady_clock::time_point started;  ///< the head was complete
  std::chrono::nanoseconds duration{0};           ///< from `started` until the answer was delivered
};

/// Called with each exchange after its end. Event-loop thread only; must neither wait nor throw.
class ExchangeObserver {
 public:
  ExchangeObserver() = default;
  ExchangeObserver(const ExchangeObserver&) = delete;
  ExchangeObserver& operator=(const ExchangeObserver&) = delete;
  virtual ~ExchangeObserver() = default;

  virtual void exchange_ended(const Exchange& exchange) noexcept = 0;
};

}  // namespace dynsessions::http
