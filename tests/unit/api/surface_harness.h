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

#include "emulator/api/emulated_surface.h"
#include "emulator/core/clock.h"
#include "emulator/execution/scripted_workspace.h"
#include "emulator/sessions/pool_registry.h"
#include "tests/support/text_body.h"

namespace dynsessions::api {

/// What happens to sessions interests nobody here.
class SilentEvents final : public sessions::SessionEvents {
 public:
  void session_allocated(const sessions::Session&) override {}
  void allocation_failed(std::string_view) override {}
  void limit_exceeded(const sessions::Session&, std::string_view) override {}
  void session_ended(const sessions::Session&, sessions::EndReason) override {}
};

/// The whole emulated surface over scripted workspaces, a clock that stands still, and an event
/// loop that runs inside send(). No socket, no Python; the files are real.
class SurfaceHarness {
 public:
  using Script =
      std::function<Result<execution::ExecutionResult>(const execution::ExecutionRequest&)>;

  /// Where the clock stands: Monday, 11 November 2024, 09:05:02 UTC.
  static constexpr Clock::TimePoint kNow =
      std::chrono::sys_days{std::chrono::year{2024} / 11 / 11} + std::chrono::hours(9) +
      std::chrono::minutes(5) + std::chrono::seconds(2);

  /// Every program prints "Hello world\n" within 35 ms and gives no value.
  [[nodiscard]] static Result<execution::ExecutionResult> hello_world(
      const execution::ExecutionRequest& request);

  [[nodiscard]] static SurfaceSettings default_settings();

  explicit SurfaceHarness(Script script = hello_world,
                          SurfaceSettings settings = default_settings(),
                          sessions::PoolSettings pool = {});
  SurfaceHarness(const SurfaceHarness&) = delete;
  SurfaceHarness& operator=(const SurfaceHarness&) = delete;
  ~SurfaceHarness();

  /// The answer to a request. It has a bearer token unless the headers say otherwise.
  http::Response send(std::string_view line, std::string body = {},
                      http::Headers headers = token());
  http::Response send(http::Request request, http::BodyReader& body);

  /// A multipart request with one part named "file", as the Azure CLI sends it.
  http::Response upload(std::string_view line, std::string_view name, std::string_view content);

  [[nodiscard]] static http::Headers token();

  EmulatedSurface& surface() noexcept { return surface_; }
  ManualClock& clock() noexcept { return clock_; }
  sessions::PoolRegistry& pools() noexcept { return pools_; }
  Services services() noexcept { return {clock_, pools_, file_pool_}; }

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
  /// co_spawn's own handlers can only carry what has a default constructor; a lease has none.
  template <typename T>
  static boost::asio::awaitable<void> store(boost::asio::awaitable<T> task,
                                            std::optional<T>& outcome) {
    outcome.emplace(co_await std::move(task));
  }

  boost::asio::io_context loop_{1};
  boost::asio::thread_pool file_pool_{1};
  ManualClock clock_{kNow};
  execution::ScriptedWorkspaceFactory workspaces_;
  SilentEvents events_;
  sessions::PoolRegistry pools_;
  EmulatedSurface surface_;
};

/// The bytes of a body, whether text or file.
[[nodiscard]] std::string text_of(const http::Response& response);

}  // namespace dynsessions::api
