#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "emulator/http/message.h"
#include "emulator/pools/pool_definition.h"
#include "emulator/test_double/faults/fault_rule.h"

namespace dynsessions::test_double {

/// The parts of a request that rules match.
struct FaultSubject {
  std::string_view operation = {};
  std::string_view method = {};
  std::string_view identifier = {};  ///< empty: the request concerns no session
  const http::Headers* headers = nullptr;
  std::string_view body = {};  ///< its first MiB
  bool has_session = false;    ///< the identifier has a session
  bool takes_token = true;     ///< it is of a surface that tokens admit to
};

/// A copy of the members of a rule that hit a request, because the rule can be deleted before they
/// are used.
struct FaultHit {
  std::string id;
  std::string name;  ///< name of the effect or the preset
  FaultEffect effect;
  std::chrono::nanoseconds delay{0};  ///< the random value for effects::Delay
};

/// The rules of every pool, and those of the server, which apply to requests of all pools and of
/// surfaces without pools. A pool's own rules come first. Event-loop thread only.
class FaultBook {
 public:
  static constexpr std::size_t kMostRules = 1000;  ///< limit of each list
  using Rules = std::vector<FaultRule>;
  /// A pool, or nullopt for the rules of the server.
  using Scope = std::optional<pools::PoolName>;

  explicit FaultBook(FaultContext context) : context_(std::move(context)) {}
  FaultBook(const FaultBook&) = delete;
  FaultBook& operator=(const FaultBook&) = delete;

  [[nodiscard]] const FaultContext& context() const { return context_; }
  [[nodiscard]] const Rules& rules(const Scope& scope) const;

  /// Replaces the rules of the scope. Rules without an id get one. `conflict` if two have the same
  /// id, `invalid_request` if there are more than kMostRules.
  [[nodiscard]] Result<void> replace(const Scope& scope, Rules rules);
  /// Adds a rule after the others. Errors as replace(). Valid until the next change.
  [[nodiscard]] Result<const FaultRule*> add(const Scope& scope, FaultRule rule);
  /// Returns false if there is no rule with that id.
  [[nodiscard]] bool remove(const Scope& scope, const std::string& id);
  /// Removes the rules of a pool; without a pool, those of every pool and of the server.
  void clear(const Scope& scope);

  /// Whether a request of the pool could be hit at all.
  [[nodiscard]] bool is_empty() const { return server_.empty() && pools_.empty(); }
  /// Whether deciding about a request of the pool needs the identifier in its body, or its body.
  [[nodiscard]] bool looks_at_bodies(const Scope& pool) const;
  [[nodiscard]] bool looks_at_identifiers(const Scope& pool) const;

  /// The first rule that hits the request, which it counts.
  [[nodiscard]] std::optional<FaultHit> decide(const Scope& pool, const FaultSubject& subject);

 private:
  [[nodiscard]] std::vector<const Rules*> lists_of(const Scope& pool) const;
  [[nodiscard]] Rules* find(const Scope& scope);
  void erase_list(const Scope& scope);

  const FaultContext context_;
  Rules server_;
  std::map<std::string, Rules> pools_;  ///< keyed by PoolName::key(); no list is empty
};

}  // namespace dynsessions::test_double
