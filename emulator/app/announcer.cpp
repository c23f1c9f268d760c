#include "emulator/app/announcer.h"

#include <chrono>
#include <utility>

#include <unistd.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "emulator/base/spdlog.h"
#include "emulator/tls/state_directory.h"

namespace dynsessions {
namespace asio = boost::asio;

namespace {

constexpr std::chrono::microseconds kPauseForStderr{200};
constexpr std::chrono::milliseconds kLongestForStderr{100};

}  // namespace

Announcer::Announcer(asio::any_io_executor executor, const config::ServerOptions& options,
                     ReadyFile& ready_file, const Outputs& outputs)
    : executor_(std::move(executor)),
      options_(options),
      ready_file_(ready_file),
      outputs_(outputs) {}

asio::awaitable<void> Announcer::announce_listening(Announcement facts) {
  // A reader of JSON lines cannot read a banner.
  if (options_.quiet || options_.log_format == config::LogFormat::json) {
    for (const std::string& warning : warnings_of(facts)) spdlog::warn(warning);
  } else {
    const TerminalStyle style = TerminalStyle::of_descriptor(STDERR_FILENO);
    outputs_.error->write(banner(facts, style));
  }
  std::string line = event_line("listening", facts);
  co_await print_line(std::move(line));
}

asio::awaitable<void> Announcer::announce_ready(Announcement facts) {
  if (!facts.failure.empty()) {
    spdlog::error("no interpreter could be started, which is tried again: {}", facts.failure);
  }
  std::string line = event_line("ready", facts);
  ready_file_.write(
      line, facts.admin_token.empty() ? ReadyFile::Readers::as_usual : ReadyFile::Readers::owner);
  enter_list(line);
  co_await print_line(std::move(line));
}

void Announcer::withdraw() {
  ready_file_.remove();
  list_entry_.reset();
}

void Announcer::enter_list(std::string_view ready_line) {
  if (options_.unlisted) return;
  const auto list = server_list::directory(config::process_environment);
  if (!list) return spdlog::info("not in the list of servers: there is no home directory");
  try {
    list_entry_.emplace(*list, ready_line);
  } catch (const tls::StateError& error) {
    spdlog::info("not in the list of servers: {}", error.what());
  }
}

/// Waits until earlier text on stderr is written, so that a reader of this line finds it there.
/// Does not wait if nothing reads stderr.
asio::awaitable<void> Announcer::print_line(std::string line) {
  asio::steady_timer pause(executor_);
  const auto deadline = std::chrono::steady_clock::now() + kLongestForStderr;
  while (!outputs_.error->is_written() && std::chrono::steady_clock::now() < deadline) {
    pause.expires_after(kPauseForStderr);
    co_await pause.async_wait(asio::use_awaitable);
  }
  outputs_.out->write(line);
}

}  // namespace dynsessions
