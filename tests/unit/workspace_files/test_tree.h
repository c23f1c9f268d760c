#pragma once

#include <string>
#include <string_view>

#include "emulator/workspace_files/session_files.h"
#include "sandbox/base/unique_fd.h"

namespace dynsessions::workspace_files {

/// A directory that plays `/mnt/data`, with a secret beside it that nothing may ever give away.
/// Gone with the object. `path()` is for what a session's program would do behind our back.
class TestTree {
 public:
  TestTree();
  TestTree(const TestTree&) = delete;
  TestTree& operator=(const TestTree&) = delete;
  ~TestTree();

  [[nodiscard]] int root() const { return root_.get(); }
  [[nodiscard]] std::string path(std::string_view below = {}) const;
  [[nodiscard]] std::string canary_path() const;

  /// What the program in the session does; each throws when the system refuses.
  void write(std::string_view below, std::string_view content) const;
  void make_directory(std::string_view below) const;
  void link(std::string_view target, std::string_view below) const;

 private:
  std::string base_;
  UniqueFd root_;
};

inline constexpr std::string_view kCanary = "canary: this was outside";

/// A path that the test knows to be right.
[[nodiscard]] DataPath at(std::string_view text);

/// The whole content by the client's way: open_for_reading, then read to the end.
[[nodiscard]] std::string content_of(const TestTree& tree, std::string_view below);

/// The code of what must be an error.
template <typename T>
[[nodiscard]] ErrorCode code_of(const Result<T>& result) {
  return result.error().code;
}

/// An upload from begin to commit.
[[nodiscard]] Result<FileInfo> upload(int root, const DataPath& path, std::string_view content);

/// The names in a listing, directories and all: `name` or `directory/name`.
[[nodiscard]] std::vector<std::string> names_in(int root, Depth depth, std::string_view below = {});

}  // namespace dynsessions::workspace_files
