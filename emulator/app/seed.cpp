#include "emulator/app/seed.h"

#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>

#include "emulator/config/config.h"
#include "sandbox/base/unique_fd.h"

namespace dynsessions {
namespace {

config::ConfigError unusable_seed(const std::filesystem::path& path, const std::string& why) {
  return config::ConfigError("--seed " + path.string() + ": " + why);
}

}  // namespace

boost::asio::awaitable<void> plant_seed(std::filesystem::path path,
                                        test_double::SnapshotServices services) {
  test_double::SnapshotSource source;
  UniqueFd file;
  if (std::filesystem::is_directory(path)) {
    source.directory = std::filesystem::canonical(path);
  } else {
    file = UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) throw unusable_seed(path, std::generic_category().message(errno));
    source.file = file.get();
  }
  const auto planted =
      co_await test_double::restore_snapshot(std::move(services), std::nullopt, std::move(source));
  if (!planted) throw unusable_seed(path, planted.error().message);
}

}  // namespace dynsessions
