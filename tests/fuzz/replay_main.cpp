// Runs one fuzz target over the inputs of a directory, for the tests of every build, so that these
// do not need clang. An input that breaks a property aborts; the last printed name is that input.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/fuzz/property.h"

namespace {

void run(const std::filesystem::path& file) {
  std::printf("%s\n", file.c_str());
  std::fflush(stdout);
  std::ifstream stream(file, std::ios::binary);
  const std::string content(std::istreambuf_iterator<char>(stream), {});
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(content.data()), content.size());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  int inputs = 0;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
    run(entry.path());
    ++inputs;
  }
  if (inputs == 0) std::fprintf(stderr, "there is nothing to replay\n");
  return inputs == 0 ? 1 : 0;
}
