#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include "emulator/base/clock.h"
#include "emulator/execution/scripted_workspace.h"
#include "emulator/pools/pool_catalog.h"
#include "emulator/surfaces/data_plane/data_plane.h"
#include "tests/support/manual_clock.h"
#include "tests/support/text_body.h"

namespace dynsessions::surfaces::data_plane {

/// Ignores all events of sessions.
class SilentEvents final : public pools::SessionEvents {
 public:
  void session_allocated(const pools::Session&) override {}
  void allocation_failed(const Error&) override {}
  void kernel_ended(const pools::Session&, execution::Kernel,
                    const execution::KernelEnd&) override {}
  void session_ended(const pools::Session&, pools::EndReason) override {}
};

/// The whole emulated surface over scripted workspaces, a clock that stands still, and an event
/// loop that runs inside send(). No socket, no Python; the files are real.
class DataPlaneHarness {
 public:
  using Script =
      std::function<Result<execution::ExecutionResult>(const execution::ExecutionRequest&)>;

  /// The time of the frozen clock: Monday, 11 November 2024, 09:05:02 UTC.
  static constexpr Clock::TimePoint kNow =
      std::chrono::sys_days{std::chrono::year{2024} / 11 / 11} + std::chrono::hours(9) +
      std::chrono::minutes(5) + std::chrono::seconds(2);

  /// The script: every program prints "Hello world\n" within 35 ms and has no value.
  [[nodiscard]] static Result<execution::ExecutionResult> hello_world(
      const execution::ExecutionRequest& request);

  [[nodiscard]] static DataPlaneSettings default_settings();

  explicit DataPlaneHarness(Script script = hello_world,
                            DataPlaneSettings settings = default_settings(),
                            pools::PoolDefinition pool = {});
  DataPlaneHarness(const DataPlaneHarness&) = delete;
  DataPlaneHarness& operator=(const DataPlaneHarness&) = delete;
  ~DataPlaneHarness();

  /// The answer to a request. It has a bearer token unless the headers say otherwise.
  http::Response send(std::string_view line, std::string body = {},
                      http::Headers headers = token());
  http::Response send(http::Request request, http::BodyReader& body);

  /// A multipart request with one part named "file", as the Azure CLI sends it.
  http::Response upload(std::string_view line, std::string_view name, std::string_view content);

  [[nodiscard]] static http::Headers token();

  /// The Exchange of the last request.
  [[nodiscard]] const http::Exchange& exchange() const noexcept { return exchange_; }

  DataPlane& surface() noexcept { return surface_; }
  ManualClock& clock() noexcept { return clock_; }
  pools::PoolCatalog& pools() noexcept { return pools_; }
  Services services() noexcept { return {pools_, file_pool_, ids_}; }

  /// Runs the event loop until `task` is over, and returns what it returned.
  template <typename T>
  T run(boost::asio::awaitable<T> task) {
    std::optional<T> outcome;
    loop_.restart();
    boost::asio::co_spawn(loop_, store(std::move(task), outcome),
                          [](const std::exception_ptr& exception) {
                            if (exception) std::rethrow_exception(exception);
                          });
    loop_.run();
    return std::move(outcome).value();
  }

 private:
  /// Wraps a value for co_spawn, whose handlers require a default constructor; a lease has none.
  template <typename T>
  static boost::asio::awaitable<void> store(boost::asio::awaitable<T> task,
                                            std::optional<T>& outcome) {
    outcome.emplace(co_await std::move(task));
  }

  boost::asio::io_context loop_{1};
  boost::asio::thread_pool file_pool_{1};
  ManualClock clock_{kNow};
  AdjustableClock server_clock_{clock_};
  IdSource ids_;
  const std::shared_ptr<execution::ScriptedWorkspaceFactory> workspaces_;
  pools::PoolCatalog pools_;
  DataPlane surface_;
  http::Exchange exchange_;
};

/// The bytes of a body, whether text or file.
[[nodiscard]] std::string text_of(const http::Response& response);

}  // namespace dynsessions::surfaces::data_plane
