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
  std::string_view identifier = {};  ///< empty: it is about no session
  const http::Headers* headers = nullptr;
  std::string_view body = {};  ///< its first MiB
  bool has_session = false;    ///< the identifier has a session
  bool takes_token = true;     ///< it is of a surface that tokens admit to
};

/// A copy of the members of a rule that hit a request, because the rule can be deleted before they
/// are used.
struct FaultHit {
  std::string id;
  std::string name;  ///< of the effect or the preset
  FaultEffect effect;
  std::chrono::nanoseconds delay{0};  ///< drawn for effects::Delay
};

/// The rules of every pool, and those of the server, which hold for requests of all pools and of
/// surfaces without pools, after the pool's own. Event-loop thread only.
class FaultBook {
 public:
  static constexpr std::size_t kMostRules = 1000;  ///< of each list
  using Rules = std::vector<FaultRule>;
  /// A pool, or nullopt for the rules of the server.
  using Scope = std::optional<pools::PoolName>;

  explicit FaultBook(FaultContext context) : context_(std::move(context)) {}
  FaultBook(const FaultBook&) = delete;
  FaultBook& operator=(const FaultBook&) = delete;

  [[nodiscard]] const FaultContext& context() const { return context_; }
  [[nodiscard]] const Rules& rules(const Scope& scope) const;

  /// Replaces the rules of the scope. Those without an id get one by their place. `conflict` if two
  /// have the same id, `invalid_request` if there are more than kMostRules.
  [[nodiscard]] Result<void> replace(const Scope& scope, Rules rules);
  /// Adds a rule after the others. Errors as replace(). Valid until the next change.
  [[nodiscard]] Result<const FaultRule*> add(const Scope& scope, FaultRule rule);
  /// False if there is no rule of that id.
  [[nodiscard]] bool remove(const Scope& scope, const std::string& id);
  /// Forgets the rules of a pool; without one, those of every pool and of the server.
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
  std::map<std::string, Rules> pools_;  ///< by key of the pool; none is empty
};

}  // namespace dynsessions::test_double
