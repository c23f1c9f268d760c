#include "emulator/workspace_files/content_type.h"

#include "tests/support/catch.h"

namespace dynsessions::workspace_files {
namespace {

TEST_CASE("the content type is derived from the extension", "[files]") {
  struct Row {
    std::string_view name, expected;
  };
  const auto row = GENERATE(
      // Recorded, or from the swagger's examples.
      Row{"cert.txt", "text/plain; charset=utf-8"}, Row{"a.yaml", "application/yaml"},
      Row{"a.pfx", "application/pkcs12"},
      // Follow from the rules in the header.
      Row{"data.csv", "text/csv; charset=utf-8"}, Row{"a.json", "application/json"},
      Row{"a.PNG", "image/png"}, Row{"a.tar.gz", "application/gzip"},
      Row{".txt", "text/plain; charset=utf-8"}, Row{"txt", "application/octet-stream"},
      Row{"a.", "application/octet-stream"}, Row{"", "application/octet-stream"},
      Row{"a.unheard-of", "application/octet-stream"}, Row{"a.txt ", "application/octet-stream"},
      Row{"directory", "application/octet-stream"}, Row{"a.7z", "application/x-7z-compressed"},
      Row{"a.zip", "application/zip"});
  INFO(row.name);
  CHECK(content_type_of(row.name) == row.expected);
}

}  // namespace
}  // namespace dynsessions::workspace_files
