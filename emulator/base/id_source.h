#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace dynsessions {

/// Makes the ids of sessions, executions and requests: at random, or from a seed, so that they are
/// the same in each run (`--deterministic`). Event-loop thread only.
class IdSource {
 public:
  /// nullopt: at random.
  explicit IdSource(std::optional<std::uint64_t> seed = std::nullopt) : seed_(seed) {}
  IdSource(const IdSource&) = delete;
  IdSource& operator=(const IdSource&) = delete;

  /// A version 4 UUID in lower case. With a seed it depends only on the seed, the purpose and the
  /// number of earlier ids for that purpose, so concurrent requests for other purposes do not
  /// change it.
  [[nodiscard]] std::string next(const std::string& purpose);

 private:
  const std::optional<std::uint64_t> seed_;
  std::map<std::string, std::uint64_t> counts_;  ///< ids so far, by purpose; only with a seed
};

}  // namespace dynsessions
