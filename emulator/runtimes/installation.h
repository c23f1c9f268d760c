#pragma once

#include <filesystem>
#include <stdexcept>

namespace dynsessions::runtimes {

/// Thrown if sessions cannot run: there is no Python, agent, launcher or sandbox. The message names
/// the cure.
class EngineUnavailable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The files of the running program, found next to its executable.
struct Installation {
  std::filesystem::path launcher;  ///< sandbox-launcher
  std::filesystem::path agent;     ///< directory of the interpreter's agent
  std::filesystem::path python;    ///< python3 of the environment that `make run` builds

  /// Throws EngineUnavailable if the program is not where it was built or installed.
  [[nodiscard]] static Installation next_to_executable();
};

}  // namespace dynsessions::runtimes
