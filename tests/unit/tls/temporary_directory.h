#pragma once

#include <filesystem>
#include <string>

namespace dynsessions::tls {

/// An empty directory that is removed at the end of its scope.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

[[nodiscard]] std::string content_of(const std::filesystem::path& file);
void set_content(const std::filesystem::path& file, const std::string& content);

/// Returns the permission bits, such as 0600.
[[nodiscard]] unsigned mode_of(const std::filesystem::path& path);

}  // namespace dynsessions::tls
