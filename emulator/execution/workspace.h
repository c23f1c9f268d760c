#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include <boost/asio/awaitable.hpp>

#include "emulator/base/result.h"
#include "emulator/execution/execution.h"

namespace dynsessions::execution {

/// The seam between sessions and whatever runs their code: the files of one session, and its
/// kernels, which share them. A session owns one; it is used on the event-loop thread only.
/// Processes and descriptors stop here.
class Workspace {
 public:
  Workspace() = default;
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;
  /// Releases everything at once by killing processes, if stop() was not awaited.
  virtual ~Workspace() = default;

  /// Runs one program in the kernel that it asks for. Kernels run side by side; the caller never
  /// starts a second program in one before the first has ended. Resolves at the latest a grace
  /// period after the request's timeout. The Error `program_not_scripted` refuses the program; any
  /// other means that the session is lost (a kernel could not be started any more). Nothing is
  /// thrown.
  virtual boost::asio::awaitable<Result<ExecutionResult>> execute(ExecutionRequest request) = 0;

  /// Kills the kernel's interpreter, if it has one. A program that runs in it ends as
  /// `interpreter_died`; otherwise the next program starts a new one and reports the end.
  virtual boost::asio::awaitable<void> kill_kernel(Kernel kernel) = 0;

  /// The directory descriptor of the session's `/mnt/data`; borrowed, valid as long as this object.
  [[nodiscard]] virtual int data_directory() const = 0;

  /// Returns false if the interpreter that waits for the first program has exited.
  [[nodiscard]] virtual bool is_alive() const = 0;

  /// Ends processes, mounts and files; resolves when they are gone. Called at most once.
  virtual boost::asio::awaitable<void> stop() = 0;
};

/// Whether a factory can make workspaces, as far as it is known.
struct Readiness {
  bool proven = false;                ///< one was made
  std::size_t in_reserve = 0;         ///< workspaces that wait for a session
  std::optional<Error> failure = {};  ///< error of the last attempt to make one
};

class WorkspaceFactory {
 public:
  WorkspaceFactory() = default;
  WorkspaceFactory(const WorkspaceFactory&) = delete;
  WorkspaceFactory& operator=(const WorkspaceFactory&) = delete;
  virtual ~WorkspaceFactory() = default;

  /// Makes a workspace with an empty `/mnt/data` whose synchronous kernel is ready. Returns
  /// `sandbox_unavailable` with the step that failed.
  virtual boost::asio::awaitable<Result<std::unique_ptr<Workspace>>> create() = 0;

  /// Resolves when the first attempt to make a workspace has ended, with or without success.
  virtual boost::asio::awaitable<void> first_attempt() { co_return; }

  [[nodiscard]] virtual Readiness readiness() const { return {.proven = true}; }

  /// Ends the workspaces in reserve. Workspaces that create() has returned continue.
  virtual boost::asio::awaitable<void> stop() { co_return; }
};

}  // namespace dynsessions::execution
