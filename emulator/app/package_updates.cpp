#include "emulator/app/package_updates.h"

#include <array>
#include <exception>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

#include <fcntl.h>

#include <boost/algorithm/string/replace.hpp>
#include <boost/algorithm/string/trim.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "emulator/app/https_setup.h"
#include "emulator/app/session_packages.h"
#include "emulator/base/child_process.h"
#include "emulator/base/offload.h"
#include "emulator/base/spawn.h"
#include "emulator/base/spdlog.h"
#include "emulator/cures/cures.h"

namespace dynsessions {
namespace asio = boost::asio;
namespace fs = std::filesystem;

using packages::KeptLayer;
using surfaces::admin::PackageReport;

namespace {

/// Editors and version control systems replace a file in several steps.
constexpr std::chrono::milliseconds kSettling{100};

constexpr const char* kStopping = "the server is stopping";

fs::path path_for(const config::Config& config) {
  const bool has_python = config.host.engine == config::Engine::python;
  const auto path = requirements_path(config, config::process_environment);
  return has_python && path ? *path : fs::path();
}

std::string one_line(std::string text) {
  boost::algorithm::replace_all(text, "\n", " ");
  while (text.find("  ") != std::string::npos) boost::algorithm::replace_all(text, "  ", " ");
  return boost::algorithm::trim_copy(text);
}

std::string sentence_of(const Error& error) {
  const std::string cure = cure_of(error);
  return one_line(error.message + (cure.empty() ? "" : "; " + cure));
}

/// Reads until the other end is closed.
asio::awaitable<void> end_of_output(asio::posix::stream_descriptor& output) {
  std::array<char, 256> ignored{};
  boost::system::error_code error;
  while (!error) {
    std::tie(error, std::ignore) =
        co_await output.async_read_some(asio::buffer(ignored), asio::as_tuple(asio::use_awaitable));
  }
}

}  // namespace

/// The packages that a server with this file would use.
struct PackageUpdates::Wanted {
  fs::path base_python;
  bool is_installed = false;
  std::optional<KeptLayer> layer;  ///< nullopt if it is not installed, or for an empty file
};

PackageUpdates::PackageUpdates(Parts parts, config::Config config, fs::path in_use)
    : parts_(std::move(parts)),
      config_(std::move(config)),
      path_(path_for(config_)),
      program_(fs::read_symlink("/proc/self/exe")),
      in_use_(std::move(in_use)),
      file_(parts_.executor, path_),
      changed_(parts_.executor) {}

void PackageUpdates::start() {
  if (path_.empty()) return;
  const auto begin = [this](asio::awaitable<void> task) {
    ++tasks_;
    spawn(parts_.executor, std::move(task), [this](const std::exception_ptr& exception) {
      end_task();
      if (exception) std::rethrow_exception(exception);  // a bug: it leaves run()
    });
  };
  begin(watch());
  begin(run());
  note_change();
}

void PackageUpdates::end_task() {
  --tasks_;
  changed_.notify();
}

void PackageUpdates::note_change() {
  ++last_change_;
  changed_.notify();
}

asio::awaitable<void> PackageUpdates::watch() {
  std::error_code error = stopping_ ? std::error_code() : file_.start();
  while (!error && !stopping_) {
    error = co_await file_.changed();
    if (!error) note_change();
  }
  if (stopping_) co_return;
  not_watched_ = error.message();
  spdlog::warn(
      "changes of {} are not noticed: {}; `dynsessions packages add`, `remove` and `install` tell "
      "the server of them",
      path_.string(), not_watched_);
}

asio::awaitable<void> PackageUpdates::run() {
  while (!stopping_) {
    if (applied_ == last_change_) {
      co_await changed_.wait();
      continue;
    }
    co_await pause(kSettling);
    applying_ = last_change_;
    std::string failure = co_await apply();
    installing_ = false;
    if (!is_outdated()) {
      failure_ = std::move(failure);
      if (!failure_.empty()) {
        spdlog::error("sessions keep their packages: {}: {}", path_.string(), failure_);
      }
    }
    applied_ = applying_;
    changed_.notify();
  }
}

asio::awaitable<void> PackageUpdates::pause(Clock::Duration time) {
  bool over = false;
  auto end = [this, &over] {
    over = true;
    changed_.notify();
  };
  const ScopedTimer timer(parts_.real_time, parts_.real_time.now() + time, end);
  while (!over && !stopping_) co_await changed_.wait();
}

asio::awaitable<std::string> PackageUpdates::apply() {
  auto wanted = co_await find_wanted();
  if (wanted && !wanted->is_installed && !is_outdated()) {
    const std::string failure = co_await install(wanted->base_python);
    if (!failure.empty()) co_return failure;
    wanted = co_await find_wanted();
  }
  if (is_outdated()) co_return std::string();
  if (!wanted) co_return sentence_of(wanted.error());
  if (!wanted->is_installed) co_return "the packages were removed while they were installed";
  fs::path prefix = wanted->layer ? wanted->layer->prefix : fs::path();
  if (prefix == in_use_) co_return std::string();
  const Result<void> used = co_await parts_.use(std::move(wanted->layer));
  if (!used) co_return sentence_of(used.error());
  in_use_ = std::move(prefix);
  spdlog::info("new sessions have the packages of {}", path_.string());
  co_return std::string();
}

asio::awaitable<Result<PackageUpdates::Wanted>> PackageUpdates::find_wanted() {
  auto work = [this]() -> Result<Wanted> {  // config_ and parts_ do not change
    try {
      const packages::RequirementsFile file =
          read_requirements(config_, config::process_environment);
      if (file.is_empty()) return Wanted{{}, true, std::nullopt};
      const packages::LayerStore store =
          layer_store(config_, config::process_environment, parts_.installation);
      auto layer = store.find(file);
      const bool is_installed = layer.has_value();
      return Wanted{store.base_python(), is_installed, std::move(layer)};
    } catch (const std::exception& error) {
      return Error{ErrorCode::invalid_request, error.what(), {}, {}};
    }
  };
  co_return co_await offload(parts_.file_pool, std::move(work));
}

std::vector<std::string> PackageUpdates::installer(const fs::path& base_python) const {
  const auto state = state_directory(config_, config::process_environment);
  return {program_.string(), "packages",          "install",     "--no-reload",
          "--requirements",  path_.string(),      "--state-dir", fs::absolute(*state).string(),
          "--python",        base_python.string()};
}

asio::awaitable<std::string> PackageUpdates::install(fs::path base_python) {
  installing_ = true;
  spdlog::info("installing the packages of {}; until then sessions keep theirs", path_.string());
  try {
    co_return co_await end_of(installer(base_python));
  } catch (const std::system_error& error) {
    co_return "the installation cannot be started: " + std::string(error.what());
  }
}

asio::awaitable<std::string> PackageUpdates::end_of(std::vector<std::string> command) {
  ChildProcess installer(command, ChildProcess::Kind::server);
  asio::posix::stream_descriptor output(parts_.executor);
  output.assign(::fcntl(installer.output(), F_DUPFD_CLOEXEC, 0));
  bool ended = false;
  spawn(parts_.executor, end_of_output(output), [&](const std::exception_ptr&) {
    ended = true;
    changed_.notify();
  });
  while (!ended && !is_outdated()) co_await changed_.wait();
  const int status = ended ? installer.wait() : installer.stop();
  while (!ended) co_await changed_.wait();  // the reader refers to this frame
  if (status == 0 || is_outdated()) co_return std::string();
  std::string reason = one_line(installer.take_stderr());
  constexpr std::string_view kPrefix = "dynsessions: ";
  if (reason.starts_with(kPrefix)) reason.erase(0, kPrefix.size());
  co_return reason.empty() ? "the installation ended without a reason" : reason;
}

asio::awaitable<void> PackageUpdates::reload() {
  if (path_.empty() || stopping_) co_return;
  note_change();
  const std::uint64_t change = last_change_;
  while (applied_ < change && !stopping_) co_await changed_.wait();
}

PackageReport PackageUpdates::report() const {
  using State = PackageReport::State;
  PackageReport report{.requirements = path_.string(), .layer = in_use_.string()};
  if (path_.empty()) return report;
  report.failure = stopping_ ? kStopping : failure_;
  report.not_watched = not_watched_;
  const State settled = report.failure.empty() ? State::current : State::failed;
  report.state = installing_ ? State::installing : settled;
  return report;
}

asio::awaitable<void> PackageUpdates::stop() {
  stopping_ = true;
  file_.stop();
  changed_.notify();
  while (tasks_ > 0) co_await changed_.wait();
}

}  // namespace dynsessions
