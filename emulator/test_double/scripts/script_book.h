#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <variant>

#include "emulator/pools/pool_definition.h"
#include "emulator/test_double/scripts/recording.h"
#include "emulator/test_double/scripts/script.h"

namespace dynsessions::test_double {

/// The scripts and recordings of every pool, and those of the server, which apply to all pools
/// after the pool's own. Event-loop thread only.
class ScriptBook {
 public:
  /// A pool, or nullopt for the script of the server.
  using Scope = std::optional<pools::PoolName>;

  struct Scripted {
    ScriptAnswer answer;
    std::string rule;  ///< "script rule 2 of the pool"
  };
  struct RunIt {};  ///< no rule matches, so the program runs
  using Decision = std::variant<Scripted, RunIt, Error>;

  /// `initial` is the server's script until it is replaced, and again after clear().
  explicit ScriptBook(Script initial = {}) : initial_(std::move(initial)), server_(initial_) {}
  ScriptBook(const ScriptBook&) = delete;
  ScriptBook& operator=(const ScriptBook&) = delete;

  [[nodiscard]] const Script& script(const Scope& scope) const;
  void replace(const Scope& scope, Script script);
  /// Removes script and recording of a pool. Without a pool, does this for every pool and restores
  /// the server's initial script.
  void clear(const Scope& scope);

  /// Whether there is no script and no recording, so that executions can skip decide() and
  /// record().
  [[nodiscard]] bool is_idle() const {
    return pools_.empty() && recordings_.empty() && server_.rules.empty() && !server_.strict;
  }
  /// Returns the answer to a program of the pool, and counts a hit. Returns program_not_scripted if
  /// no rule matches and a script is strict.
  [[nodiscard]] Decision decide(const pools::PoolName& pool, std::string_view code);

  /// Begins a recording of the scope; a previous one is dropped.
  void start_recording(const Scope& scope) { recordings_[key_of(scope)] = Recording(); }
  /// Returns null if there is none.
  [[nodiscard]] Recording* recording(const Scope& scope);
  /// Returns false if there is none.
  [[nodiscard]] bool stop_recording(const Scope& scope) {
    return recordings_.erase(key_of(scope)) > 0;
  }
  [[nodiscard]] bool records(const pools::PoolName& pool) const;
  /// Adds an execution to the recordings of the pool and of the server.
  void record(const pools::PoolName& pool, const RecordedProgram& program);

 private:
  /// The empty text stands for the server; no pool has that key.
  [[nodiscard]] static std::string key_of(const Scope& scope) { return scope ? scope->key() : ""; }

  const Script initial_;
  Script server_;
  std::map<std::string, Script> pools_;
  std::map<std::string, Recording> recordings_;
};

}  // namespace dynsessions::test_double
