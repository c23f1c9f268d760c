#include "emulator/base/unnamed_file.h"

#include <filesystem>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

namespace dynsessions {
namespace {

/// For file systems that do not know O_TMPFILE, as overlayfs before Linux 6.3.
UniqueFd open_and_unlink(const std::filesystem::path& directory) {
  std::string name = directory / "dynsessions-output-XXXXXX";
  UniqueFd file(::mkostemp(name.data(), O_CLOEXEC));
  if (file) ::unlink(name.c_str());
  return file;
}

}  // namespace

UniqueFd open_unnamed_file() {
  std::error_code unusable;
  const auto directory = std::filesystem::temp_directory_path(unusable);
  if (!unusable) {
    UniqueFd file(::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    if (!file) file = open_and_unlink(directory);
    if (file) return file;
  }
  return UniqueFd(::memfd_create("dynsessions-output", MFD_CLOEXEC));
}

}  // namespace dynsessions
