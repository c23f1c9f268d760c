#include "emulator/http/part_header.h"

#include <optional>
#include <string>

#include "tests/support/catch.h"

namespace dynsessions::http {
namespace {

struct PartHeaderRow {
  std::string client;
  std::string block;
  std::string name;
  std::optional<std::string> filename;
};

TEST_CASE("every client's part header is understood", "[http][multipart]") {
  const auto row = GENERATE(values<PartHeaderRow>({
      {"requests", "Content-Disposition: form-data; name=\"file\"; filename=\"data.csv\"", "file",
       "data.csv"},
      {"httpx",
       "Content-Disposition: form-data; name=\"file\"; filename=\"t\xC3\xA9.txt\"\r\n"
       "Content-Type: text/plain",
       "file", "t\xC3\xA9.txt"},
      {".NET",
       "Content-Disposition: form-data; name=file; filename=data.csv; filename*=utf-8''data.csv",
       "file", "data.csv"},
      {".NET with a name beyond ASCII",
       "Content-Disposition: form-data; name=file; filename=\"=?utf-8?B?w6kudHh0?=\"; "
       "filename*=utf-8''%C3%A9.txt",
       "file", "\xC3\xA9.txt"},
      {"aiohttp",
       "Content-Type: application/octet-stream\r\n"
       "Content-Disposition: form-data; name=\"file\"; filename=\"te%20st%22%C3%BC.txt\"",
       "file", "te%20st%22%C3%BC.txt"},
      {"undici",
       "Content-Disposition: form-data; name=\"file\"; filename=\"a%22b.txt\"\r\n"
       "Content-Type: application/octet-stream",
       "file", "a%22b.txt"},
      {"langchain4j",
       "Content-Disposition: form-data; name=\"file\"; filename=\"a.py\"\r\n"
       "Content-Type: application/json",
       "file", "a.py"},
      {"Semantic Kernel Python",
       "Content-Disposition: form-data; name=\"file\"; filename=\"/mnt/data/x.txt\"", "file",
       "/mnt/data/x.txt"},
      {"a browser on Windows",
       "Content-Disposition: form-data; name=\"file\"; filename=\"C:\\dir\\x.txt\"", "file",
       "C:\\dir\\x.txt"},
      {"a field that is no file", "content-disposition:form-data;name=comment", "comment",
       std::nullopt},
      {"a semicolon in quotes",
       "Content-Disposition: form-data; name=\"file\"; filename=\"a;b.txt\"", "file", "a;b.txt"},
      {"an extended name in a foreign character set",
       "Content-Disposition: form-data; name=f; filename=a.txt; filename*=latin1''%E9.txt", "f",
       "a.txt"},
      {"an extended name that is not UTF-8",
       "Content-Disposition: form-data; name=f; filename=a.txt; filename*=utf-8''%E9.txt", "f",
       "a.txt"},
  }));
  DYNAMIC_SECTION(row.client) {
    const auto header = parse_part_header(row.block);
    REQUIRE(header);
    CHECK(header->name == row.name);
    CHECK(header->filename == row.filename);
  }
}

TEST_CASE("a part that is not form data is refused", "[http][multipart]") {
  const auto block = GENERATE(values<std::string>({
      "",
      "Content-Type: text/plain",
      "Content-Disposition: attachment; filename=a",
      "Content-Disposition: form-data; filename=a",
      "Content-Disposition: form-data; name=\"file",
      "no colon here\r\nContent-Disposition: form-data; name=file",
  }));
  DYNAMIC_SECTION(block) {
    const auto header = parse_part_header(block);
    REQUIRE(!header);
    CHECK(header.error().code == ErrorCode::invalid_request);
  }
}

TEST_CASE("a plain file name is taken as it stands", "[http][multipart]") {
  const auto name = GENERATE(values<std::string>(
      {"a+b.txt", "a%20b.csv", "100%.txt", "%FF%22.txt", "..%2fother.csv", "a%0d%0Ab.txt", "%00"}));
  DYNAMIC_SECTION(name) {
    const std::string line = "Content-Disposition: form-data; name=file; filename=\"";
    CHECK(parse_part_header(line + name + '"').value().filename == name);
  }
}

}  // namespace
}  // namespace dynsessions::http
