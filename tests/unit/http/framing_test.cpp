#include "emulator/http/framing.h"

#include <string>
#include <utility>
#include <vector>

#include "tests/support/catch.h"

namespace dynsessions::http {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

struct FramingRow {
  std::string what;
  Version version;
  Fields fields;
};

Headers headers_of(const Fields& fields) {
  Headers headers;
  for (const auto& [name, value] : fields) headers.add(name, value);
  return headers;
}

constexpr Version kHttp10 = Version::http_1_0;
constexpr Version kHttp11 = Version::http_1_1;

TEST_CASE("a request that can be read in one way only is accepted", "[http][framing]") {
  const auto row = GENERATE(values<FramingRow>({
      {"no body", kHttp11, {{"Host", "x"}}},
      {"a length", kHttp11, {{"host", "x"}, {"content-length", "5"}}},
      {"a length of zero, as the JDK sends with GET",
       kHttp11,
       {{"Host", "x"}, {"Content-Length", "0"}}},
      {"chunks", kHttp11, {{"Host", "x"}, {"Transfer-Encoding", "chunked"}}},
      {"chunks, shouted", kHttp11, {{"Host", "x"}, {"TRANSFER-ENCODING", "Chunked"}}},
      {"HTTP/1.0 without Host", kHttp10, {}},
      {"an offer of HTTP/2",
       kHttp11,
       {{"Host", "x"},
        {"Connection", "Upgrade, HTTP2-Settings"},
        {"Upgrade", "h2c"},
        {"HTTP2-Settings", "AAEAAEAA"}}},
  }));
  DYNAMIC_SECTION(row.what) { CHECK(check_framing(row.version, headers_of(row.fields))); }
}

TEST_CASE("a request whose end could be disputed is refused", "[http][framing]") {
  const auto row = GENERATE(values<FramingRow>({
      {"no Host", kHttp11, {}},
      {"two Hosts", kHttp11, {{"Host", "a"}, {"Host", "a"}}},
      {"two Hosts in HTTP/1.0", kHttp10, {{"Host", "a"}, {"Host", "b"}}},
      {"equal lengths twice",
       kHttp11,
       {{"Host", "x"}, {"Content-Length", "5"}, {"Content-Length", "5"}}},
      {"a list of lengths", kHttp11, {{"Host", "x"}, {"Content-Length", "5, 5"}}},
      {"a signed length", kHttp11, {{"Host", "x"}, {"Content-Length", "+5"}}},
      {"a hexadecimal length", kHttp11, {{"Host", "x"}, {"Content-Length", "0x5"}}},
      {"an empty length", kHttp11, {{"Host", "x"}, {"Content-Length", ""}}},
      {"an endless length", kHttp11, {{"Host", "x"}, {"Content-Length", std::string(19, '9')}}},
      {"chunks and a length",
       kHttp11,
       {{"Host", "x"}, {"Transfer-Encoding", "chunked"}, {"Content-Length", "5"}}},
      {"gzip and a length",
       kHttp11,
       {{"Host", "x"}, {"Transfer-Encoding", "gzip"}, {"Content-Length", "5"}}},
      {"gzip", kHttp11, {{"Host", "x"}, {"Transfer-Encoding", "gzip"}}},
      {"gzip in chunks", kHttp11, {{"Host", "x"}, {"Transfer-Encoding", "gzip, chunked"}}},
      {"gzip after chunks", kHttp11, {{"Host", "x"}, {"Transfer-Encoding", "chunked, gzip"}}},
      {"something like chunks", kHttp11, {{"Host", "x"}, {"Transfer-Encoding", "xchunked"}}},
      {"identity", kHttp11, {{"Host", "x"}, {"Transfer-Encoding", "identity"}}},
      {"an empty coding", kHttp11, {{"Host", "x"}, {"Transfer-Encoding", ""}}},
      {"chunks twice",
       kHttp11,
       {{"Host", "x"}, {"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "chunked"}}},
      {"chunks in HTTP/1.0", kHttp10, {{"Transfer-Encoding", "chunked"}}},
  }));
  DYNAMIC_SECTION(row.what) {
    const Result<void> outcome = check_framing(row.version, headers_of(row.fields));
    REQUIRE(!outcome);
    CHECK(outcome.error().code == ErrorCode::invalid_request);
  }
}

TEST_CASE("a host in the request line must be the one of Host", "[http][framing]") {
  struct Target {
    std::string target;
    bool accepted;
  };
  const auto row = GENERATE(values<Target>({{"/", true},
                                            {"/a?b=http://elsewhere/", true},
                                            {"http://localhost:7070/", true},
                                            {"HTTPS://LocalHost:7070?a", true},
                                            {"http://localhost:7070", true},
                                            {"http://localhost/", false},
                                            {"http://elsewhere/", false},
                                            {"http://localhost:7070@elsewhere/", false},
                                            {"http:///", false}}));
  DYNAMIC_SECTION(row.target) {
    const Headers headers = headers_of({{"Host", "localhost:7070"}});
    CHECK(check_authority(row.target, headers).has_value() == row.accepted);
    CHECK(check_authority(row.target, {}).has_value() == row.target.starts_with('/'));
  }
}

TEST_CASE("a request has at most 200 header fields", "[http][framing]") {
  Headers headers;
  headers.add("Host", "x");
  while (std::distance(headers.begin(), headers.end()) < 200) headers.add("X-Filler", "");
  CHECK(check_framing(kHttp11, headers));
  headers.add("X-Filler", "");
  CHECK(!check_framing(kHttp11, headers));
}

TEST_CASE("a field that continues in the next line is found", "[http][framing]") {
  CHECK(has_folded_field("GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n"));
  CHECK(has_folded_field("GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:\r\n\tchunked\r\n\r\n"));
  CHECK_FALSE(has_folded_field("GET / HTTP/1.1\r\nHost: x\r\nA: b c\r\n\r\n"));
}

}  // namespace
}  // namespace dynsessions::http
