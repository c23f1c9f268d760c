#include "emulator/test_double/scripts/script_book.h"

#include <utility>

#include <fmt/format.h>

namespace dynsessions::test_double {
namespace {

Error not_scripted(std::string_view digest) {
  return {ErrorCode::program_not_scripted,
          fmt::format("No rule of the script matches this program (sha256 {}).", digest), "code",
          "add a rule with PUT …/script; \"strict\": false lets Python run what no rule matches"};
}

/// Returns the index of the rule that answers.
std::optional<std::size_t> find_rule(const Script& script, std::string_view code,
                                     std::string_view digest) {
  for (std::size_t i = 0; i < script.rules.size(); ++i) {
    const ScriptRule& rule = script.rules[i];
    const bool is_used_up = rule.times != 0 && rule.hits >= rule.times;
    if (!is_used_up && matches(rule, code, digest)) return i;
  }
  return std::nullopt;
}

}  // namespace

const Script& ScriptBook::script(const Scope& scope) const {
  static const Script kNone;
  if (!scope) return server_;
  const auto found = pools_.find(scope->key());
  return found == pools_.end() ? kNone : found->second;
}

void ScriptBook::replace(const Scope& scope, Script script) {
  if (!scope) {
    server_ = std::move(script);
  } else if (script.rules.empty() && !script.strict) {
    pools_.erase(scope->key());
  } else {
    pools_[scope->key()] = std::move(script);
  }
}

void ScriptBook::clear(const Scope& scope) {
  if (scope) {
    pools_.erase(scope->key());
    recordings_.erase(scope->key());
  } else {
    pools_.clear();
    recordings_.clear();
    server_ = initial_;
  }
}

ScriptBook::Decision ScriptBook::decide(const pools::PoolName& pool, std::string_view code) {
  const auto own = pools_.find(pool.key());
  Script* const of_pool = own == pools_.end() ? nullptr : &own->second;
  const std::string digest = sha256_of(code);
  bool strict = false;
  for (Script* const script : {of_pool, &server_}) {
    if (script == nullptr) continue;
    strict = strict || script->strict;
    const auto number = find_rule(*script, code, digest);
    if (!number) continue;
    ScriptRule& rule = script->rules[*number];
    ++rule.hits;
    const char* const whose = script == of_pool ? "the pool" : "the server";
    return Scripted{rule.answer, fmt::format("script rule {} of {}", *number + 1, whose)};
  }
  if (strict) return not_scripted(digest);
  return RunIt{};
}

Recording* ScriptBook::recording(const Scope& scope) {
  const auto found = recordings_.find(key_of(scope));
  return found == recordings_.end() ? nullptr : &found->second;
}

bool ScriptBook::records(const pools::PoolName& pool) const {
  return recordings_.contains(pool.key()) || recordings_.contains("");
}

void ScriptBook::record(const pools::PoolName& pool, const RecordedProgram& program) {
  for (const Scope& scope : {Scope(pool), Scope()}) {
    if (Recording* const found = recording(scope)) found->add(program);
  }
}

}  // namespace dynsessions::test_double
