#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "sandbox/base/unique_fd.h"
#include "tests/support/catch.h"

namespace dynsessions::sandbox::test {

/// An empty directory on the disk; removed with the object.
class TestDirectory {
 public:
  TestDirectory() {
    REQUIRE(::mkdtemp(path_) != nullptr);
    fd_ = UniqueFd(::open(path_, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    REQUIRE(fd_);
  }
  TestDirectory(const TestDirectory&) = delete;
  TestDirectory& operator=(const TestDirectory&) = delete;
  ~TestDirectory() { std::filesystem::remove_all(path_); }

  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] UniqueFd copy() const { return UniqueFd(::fcntl(fd(), F_DUPFD_CLOEXEC, 0)); }
  [[nodiscard]] std::string path(const std::string& below) const {
    return std::string(path_) + '/' + below;
  }
  void write(const std::string& below, std::size_t bytes) const {
    std::ofstream(path(below)) << std::string(bytes, 'x');
  }
  void make_directory(const std::string& below) const {
    std::filesystem::create_directory(path(below));
  }
  /// Makes nested directories that all have that name. Only remove_tree() can remove many levels.
  void dig(const char* name, std::size_t levels) const {
    for (UniqueFd here = copy(); levels > 0; --levels) {
      REQUIRE(::mkdirat(here.get(), name, S_IRWXU) == 0);
      here = UniqueFd(::openat(here.get(), name, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    }
  }

 private:
  char path_[32] = "/var/tmp/directory-test-XXXXXX";
  UniqueFd fd_;
};

}  // namespace dynsessions::sandbox::test
