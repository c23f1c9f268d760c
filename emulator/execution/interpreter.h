#pragma once

#include <memory>

#include <boost/asio/awaitable.hpp>

#include "emulator/core/result.h"
#include "emulator/execution/execution.h"

namespace dynsessions::execution {

/// The seam between sessions and whatever runs their code. A session owns one; it is used on the
/// event-loop thread only. Processes and descriptors stop here.
class Interpreter {
 public:
  Interpreter() = default;
  Interpreter(const Interpreter&) = delete;
  Interpreter& operator=(const Interpreter&) = delete;
  /// Gives everything back at once, the hard way, if stop() was not awaited.
  virtual ~Interpreter() = default;

  /// Runs one program; the caller never starts a second one before the first has ended. Resolves
  /// at the latest a grace period after the request's timeout. An Error means that the session is
  /// lost (no interpreter could be started any more); nothing else is thrown.
  virtual boost::asio::awaitable<Result<ExecutionResult>> execute(ExecutionRequest request) = 0;

  /// The directory descriptor of the session's `/mnt/data`; borrowed, valid as long as this object.
  [[nodiscard]] virtual int data_directory() const = 0;

  /// Ends processes, mounts and files; resolves when they are gone. Called at most once.
  virtual boost::asio::awaitable<void> stop() = 0;
};

class InterpreterFactory {
 public:
  InterpreterFactory() = default;
  InterpreterFactory(const InterpreterFactory&) = delete;
  InterpreterFactory& operator=(const InterpreterFactory&) = delete;
  virtual ~InterpreterFactory() = default;

  /// A fresh interpreter with an empty `/mnt/data`, ready to execute; or `sandbox_unavailable`
  /// with the step that failed.
  virtual boost::asio::awaitable<Result<std::unique_ptr<Interpreter>>> create() = 0;
};

}  // namespace dynsessions::execution
