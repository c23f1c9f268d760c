#include "sandbox/kernel/rlimits/process_count.h"

#include <filesystem>
#include <fstream>
#include <string>

namespace dynsessions::sandbox {
namespace {

std::uint64_t threads_if_of(const std::filesystem::path& process, uid_t user) {
  std::ifstream status(process / "status");
  uid_t real_user = 0;
  std::uint64_t threads = 0;
  for (std::string word; status >> word;) {
    if (word == "Uid:") status >> real_user;
    if (word == "Threads:") status >> threads;
  }
  return real_user == user ? threads : 0;
}

}  // namespace

std::uint64_t count_threads_of(uid_t user) {
  std::uint64_t count = 0;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", none)) {
    const char first = entry.path().filename().string().front();
    if (first >= '0' && first <= '9') count += threads_if_of(entry.path(), user);
  }
  return count;
}

}  // namespace dynsessions::sandbox
