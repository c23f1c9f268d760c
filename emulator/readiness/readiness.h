#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "emulator/base/clock.h"
#include "emulator/config/config.h"

/// `dynsessions healthcheck` and `dynsessions wait`: separate processes that ask the admin API of a
/// server for /health/ready. They read the options and environment that the server was started
/// with, so that a container can check itself without arguments.
namespace dynsessions::readiness {

struct Finding {
  bool ready = false;
  std::string line;     ///< for people: where the server is ready, or what is not and why
  std::string admin{};  ///< URL of the admin API that was asked; empty if it is not known
};

/// The URL of the admin API on this machine. With `--admin-port 0` it comes from the server's
/// --ready-file; nullopt while that does not exist. Throws config::ConfigError if there is neither
/// a port nor a --ready-file.
[[nodiscard]] std::optional<std::string> admin_url(const config::Config& config);

/// Explains an answer of /health/ready in one line, whatever is in the body.
[[nodiscard]] Finding judge(unsigned status, const std::string& body);

/// Asks once, and waits for the answer for three seconds at most. Blocks. Throws what admin_url()
/// throws.
[[nodiscard]] Finding ask(const config::Config& config);

/// Calls `ask` ten times a second until it finds the server ready or `timeout` has passed, and
/// returns its last result. A call in progress at the timeout is completed.
boost::asio::awaitable<Finding> wait_until_ready(std::function<Finding()> ask, Clock& clock,
                                                 std::chrono::seconds timeout);

/// The same for the server of `config`, by real time. Blocks.
[[nodiscard]] Finding wait(const config::Config& config, std::chrono::seconds timeout);

}  // namespace dynsessions::readiness
