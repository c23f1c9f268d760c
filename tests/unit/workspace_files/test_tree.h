#pragma once

#include <string>
#include <string_view>

#include "emulator/workspace_files/session_files.h"
#include "sandbox/base/unique_fd.h"

namespace dynsessions::workspace_files {

/// A directory that represents `/mnt/data`, next to a secret that must never be revealed. Removed
/// with the object. `path()` is for changes that a session's program would make.
class TestTree {
 public:
  TestTree();
  TestTree(const TestTree&) = delete;
  TestTree& operator=(const TestTree&) = delete;
  ~TestTree();

  [[nodiscard]] int root() const { return root_.get(); }
  [[nodiscard]] std::string path(std::string_view below = {}) const;
  [[nodiscard]] std::string canary_path() const;

  /// Do what a program in the session could do. Each throws if the system call fails.
  void write(std::string_view below, std::string_view content) const;
  void make_directory(std::string_view below) const;
  void link(std::string_view target, std::string_view below) const;

 private:
  std::string base_;
  UniqueFd root_;
};

inline constexpr std::string_view kCanary = "canary: this was outside";

/// Returns a path that the test knows to be valid.
[[nodiscard]] DataPath at(std::string_view text);

/// Reads the whole content as a client does: open_for_reading, then read to the end.
[[nodiscard]] std::string content_of(const TestTree& tree, std::string_view below);

/// Returns the code of a result that must be an error.
template <typename T>
[[nodiscard]] ErrorCode code_of(const Result<T>& result) {
  return result.error().code;
}

/// Uploads a file, from begin to commit.
[[nodiscard]] Result<FileInfo> upload(int root, const DataPath& path, std::string_view content);

/// Returns the names in a listing, with directories: `name` or `directory/name`.
[[nodiscard]] std::vector<std::string> names_in(int root, Depth depth, std::string_view below = {});

}  // namespace dynsessions::workspace_files
