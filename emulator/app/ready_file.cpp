#include "emulator/app/ready_file.h"

#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <string>
#include <system_error>

#include <sys/stat.h>
#include <unistd.h>

#include "emulator/config/config.h"

namespace dynsessions {
namespace fs = std::filesystem;

namespace {

[[noreturn]] void refuse(const fs::path& path, const std::string& why) {
  throw config::ConfigError("--ready-file: cannot write `" + path.string() + "`: " + why +
                            "; name a file in a directory that exists and can be written");
}

std::string last_reason() { return std::error_code(errno, std::system_category()).message(); }

}  // namespace

ReadyFile::ReadyFile(const fs::path& path) : path_(path.empty() ? path : fs::absolute(path)) {
  if (path_.empty()) return;
  if (fs::is_directory(fs::symlink_status(path_))) refuse(path, "it is a directory");
  if (!std::ofstream(unfinished()).is_open()) refuse(path, last_reason());
  ::unlink(unfinished().c_str());
  if (::unlink(path_.c_str()) != 0 && errno != ENOENT) refuse(path, last_reason());
}

ReadyFile::~ReadyFile() { remove(); }

void ReadyFile::write(std::string_view content, Readers readers) {
  if (path_.empty()) return;
  struct stat status {};
  {
    std::ofstream file(unfinished());
    if (readers == Readers::owner) ::chmod(unfinished().c_str(), S_IRUSR | S_IWUSR);
    file << content << std::flush;
    if (!file || ::stat(unfinished().c_str(), &status) != 0) {
      throw std::runtime_error("cannot write the ready file " + path_.string());
    }
  }
  fs::rename(unfinished(), path_);
  written_ = status.st_ino;
}

void ReadyFile::remove() noexcept {
  struct stat status {};
  if (written_ == 0 || ::stat(path_.c_str(), &status) != 0) return;
  if (status.st_ino == written_) ::unlink(path_.c_str());
  written_ = 0;
}

fs::path ReadyFile::unfinished() const { return path_.string() + ".tmp"; }

}  // namespace dynsessions
