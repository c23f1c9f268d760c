#include "tests/unit/tls/temporary_directory.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace dynsessions::tls {
namespace fs = std::filesystem;

TemporaryDirectory::TemporaryDirectory() {
  std::string path = (fs::temp_directory_path() / "tls-test-XXXXXX").string();
  if (::mkdtemp(path.data()) == nullptr) throw std::runtime_error("cannot make " + path);
  path_ = path;
}

TemporaryDirectory::~TemporaryDirectory() { fs::remove_all(path_); }

std::string content_of(const fs::path& file) {
  std::ifstream stream(file);
  if (!stream) throw std::runtime_error("cannot read " + file.string());
  return {std::istreambuf_iterator<char>(stream), {}};
}

void set_content(const fs::path& file, const std::string& content) {
  std::ofstream stream(file);
  stream << content << std::flush;
  if (!stream) throw std::runtime_error("cannot write " + file.string());
}

unsigned mode_of(const fs::path& path) {
  return static_cast<unsigned>(fs::status(path).permissions());
}

}  // namespace dynsessions::tls
