#include "emulator/test_double/faults/fault_book.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "emulator/http/text.h"

namespace dynsessions::test_double {
namespace {

bool has_header(const http::Headers& headers, const HeaderMatch& wanted) {
  return std::any_of(headers.begin(), headers.end(), [&wanted](const auto& field) {
    return http::iequals(field.first, wanted.name) && matches_glob(wanted.value, field.second);
  });
}

bool matches(const FaultRule& rule, const FaultSubject& subject) {
  const FaultMatch& match = rule.match;
  if (!match.operation.empty() && match.operation != subject.operation) return false;
  if (!match.method.empty() && !http::iequals(match.method, subject.method)) return false;
  if (!match.identifier.empty() && !matches_glob(match.identifier, subject.identifier)) {
    return false;
  }
  if (match.header && !has_header(*subject.headers, *match.header)) return false;
  if (match.body && !match.body->found_in(subject.body)) return false;
  const FaultNeed need = need_of(rule.effect);
  if (need == FaultNeed::token && !subject.takes_token) return false;
  if (need == FaultNeed::session && subject.identifier.empty()) return false;
  return !subject.has_session || !std::holds_alternative<effects::SlowAllocation>(rule.effect);
}

/// Counts a matching request. Returns whether the rule hits it.
bool counts_as_hit(FaultRule& rule) {
  const FaultMatch& match = rule.match;
  ++rule.matched;
  if (match.times != 0 && rule.hits >= match.times) return false;
  if (match.nth != 0 && rule.matched != match.nth) return false;
  if (match.every != 0 && rule.matched % match.every != 0) return false;
  if (match.probability < 1.0) {
    std::uniform_real_distribution<double> even(0.0, 1.0);
    if (even(rule.random) >= match.probability) return false;
  }
  ++rule.hits;
  return true;
}

std::chrono::nanoseconds draw(const effects::Delay& delay, std::mt19937_64& random) {
  constexpr double kMostSeconds = 3600;
  double seconds = delay.seconds;
  if (delay.kind == effects::Delay::Kind::uniform) {
    seconds = std::uniform_real_distribution<double>(delay.seconds, delay.spread)(random);
  } else if (delay.kind == effects::Delay::Kind::lognormal && delay.seconds > 0) {
    seconds = std::lognormal_distribution<double>(std::log(delay.seconds), delay.spread)(random);
  }
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
      std::chrono::duration<double>(std::min(seconds, kMostSeconds)));
}

/// "rule-2", the first of its kind that no other rule has.
std::string free_id(const FaultBook::Rules& rules, std::size_t number) {
  for (;; ++number) {
    std::string id = "rule-" + std::to_string(number);
    const bool taken = std::any_of(rules.begin(), rules.end(),
                                   [&id](const FaultRule& rule) { return rule.id == id; });
    if (!taken) return id;
  }
}

Error too_many() {
  return invalid_request("value: more than " + std::to_string(FaultBook::kMostRules) + " rules",
                         "value");
}

}  // namespace

FaultBook::Rules* FaultBook::find(const Scope& scope) {
  if (!scope) return &server_;
  const auto found = pools_.find(scope->key());
  return found == pools_.end() ? nullptr : &found->second;
}

const FaultBook::Rules& FaultBook::rules(const Scope& scope) const {
  static const Rules kNone;
  if (!scope) return server_;
  const auto found = pools_.find(scope->key());
  return found == pools_.end() ? kNone : found->second;
}

Result<void> FaultBook::replace(const Scope& scope, Rules rules) {
  if (rules.size() > kMostRules) return too_many();
  std::set<std::string> ids;
  for (const FaultRule& rule : rules) {
    if (rule.id.empty() || ids.insert(rule.id).second) continue;
    return Error{ErrorCode::conflict, "id: two rules have the id " + rule.id, "id", {}};
  }
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (rules[i].id.empty()) rules[i].id = free_id(rules, i + 1);
  }
  erase_list(scope);
  if (!rules.empty()) (scope ? pools_[scope->key()] : server_) = std::move(rules);
  return {};
}

Result<const FaultRule*> FaultBook::add(const Scope& scope, FaultRule rule) {
  const Rules& present = rules(scope);
  if (present.size() == kMostRules) return too_many();
  if (rule.id.empty()) rule.id = free_id(present, present.size() + 1);
  const bool taken = std::any_of(present.begin(), present.end(),
                                 [&rule](const FaultRule& other) { return other.id == rule.id; });
  if (taken) {
    return Error{ErrorCode::conflict, "id: there is a rule with the id " + rule.id, "id", {}};
  }
  Rules& list = scope ? pools_[scope->key()] : server_;
  list.push_back(std::move(rule));
  return &list.back();
}

bool FaultBook::remove(const Scope& scope, const std::string& id) {
  Rules* const list = find(scope);
  if (list == nullptr) return false;
  const auto removed = std::erase_if(*list, [&id](const FaultRule& rule) { return rule.id == id; });
  if (list->empty()) erase_list(scope);
  return removed > 0;
}

void FaultBook::erase_list(const Scope& scope) {
  if (scope) {
    pools_.erase(scope->key());
  } else {
    server_.clear();
  }
}

void FaultBook::clear(const Scope& scope) {
  erase_list(scope);
  if (!scope) pools_.clear();
}

std::vector<const FaultBook::Rules*> FaultBook::lists_of(const Scope& pool) const {
  if (!pool) return {&server_};
  return {&rules(pool), &server_};
}

bool FaultBook::looks_at_bodies(const Scope& pool) const {
  for (const Rules* list : lists_of(pool)) {
    const bool looks = std::any_of(list->begin(), list->end(), [](const FaultRule& rule) {
      return rule.match.body.has_value();
    });
    if (looks) return true;
  }
  return false;
}

bool FaultBook::looks_at_identifiers(const Scope& pool) const {
  for (const Rules* list : lists_of(pool)) {
    const bool looks = std::any_of(list->begin(), list->end(), [](const FaultRule& rule) {
      return !rule.match.identifier.empty() || need_of(rule.effect) == FaultNeed::session;
    });
    if (looks) return true;
  }
  return false;
}

std::optional<FaultHit> FaultBook::decide(const Scope& pool, const FaultSubject& subject) {
  for (Rules* list : {pool ? find(pool) : nullptr, &server_}) {
    if (list == nullptr) continue;
    for (FaultRule& rule : *list) {
      if (!matches(rule, subject) || !counts_as_hit(rule)) continue;
      FaultHit hit{rule.id, rule.effect_name, rule.effect};
      if (const auto* delay = std::get_if<effects::Delay>(&rule.effect)) {
        hit.delay = draw(*delay, rule.random);
      }
      return hit;
    }
  }
  return std::nullopt;
}

}  // namespace dynsessions::test_double
