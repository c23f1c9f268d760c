#include "tests/unit/workspace_files/test_tree.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <fcntl.h>
#include <stdlib.h>

#include "tests/support/catch.h"

namespace dynsessions::workspace_files {
namespace {

std::string new_directory() {
  std::string base = (std::filesystem::temp_directory_path() / "files-test-XXXXXX").string();
  REQUIRE(::mkdtemp(base.data()) != nullptr);
  return base;
}

void write_file(const std::string& path, std::string_view content) {
  std::ofstream stream(path, std::ios::binary);
  stream.exceptions(std::ios::failbit | std::ios::badbit);
  stream << content << std::flush;
}

}  // namespace

TestTree::TestTree() : base_(new_directory()) {
  std::filesystem::create_directory(base_ + "/data");
  write_file(canary_path(), kCanary);
  root_ = UniqueFd(::open((base_ + "/data").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  REQUIRE(root_);
}

TestTree::~TestTree() { std::filesystem::remove_all(base_); }

std::string TestTree::path(std::string_view below) const {
  return base_ + "/data/" + std::string(below);
}

std::string TestTree::canary_path() const { return base_ + "/canary"; }

void TestTree::write(std::string_view below, std::string_view content) const {
  write_file(path(below), content);
}

void TestTree::make_directory(std::string_view below) const {
  std::filesystem::create_directories(path(below));
}

void TestTree::link(std::string_view target, std::string_view below) const {
  std::filesystem::create_symlink(target, path(below));
}

DataPath at(std::string_view text) { return DataPath::parse(text, "path").value(); }

std::string content_of(const TestTree& tree, std::string_view below) {
  const OpenFile file = open_for_reading(tree.root(), at(below)).value();
  std::string content(file.size, '\0');
  REQUIRE(::pread(file.fd.get(), content.data(), content.size(), 0) ==
          static_cast<ssize_t>(content.size()));
  return content;
}

Result<FileInfo> upload(int root, const DataPath& path, std::string_view content) {
  auto upload = Upload::begin(root, path);
  if (!upload) return std::move(upload).error();
  if (auto written = upload->write(content); !written) return std::move(written).error();
  return upload->commit();
}

std::vector<std::string> names_in(int root, Depth depth, std::string_view below) {
  std::vector<std::string> names;
  const Listing listing = list(root, at(below), depth).value();
  for (const FileInfo& entry : listing.files)
    names.push_back(entry.directory == "." ? entry.name : entry.directory + "/" + entry.name);
  return names;
}

}  // namespace dynsessions::workspace_files
