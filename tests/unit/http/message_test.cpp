#include "emulator/http/message.h"

#include <algorithm>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "tests/support/catch.h"

namespace dynsessions::http {
namespace {

namespace asio = boost::asio;

using Texts = std::vector<std::string>;
using Query = std::vector<std::pair<std::string, std::string>>;

TEST_CASE("header names compare without regard to case", "[http][message]") {
  Headers headers;
  headers.add("Content-Type", "a");
  headers.add("content-type", "b");
  CHECK(headers.find("CONTENT-TYPE") == "a");
  CHECK(headers.count("content-Type") == 2);
  CHECK_FALSE(headers.find("Content-Typ"));
  CHECK(headers.count("Content-Type2") == 0);
}

struct Parsed {
  std::string text;
  Texts segments;
  Query query;
};

TEST_CASE("a request target is taken apart leniently", "[http][message]") {
  const auto row = GENERATE(values<Parsed>({
      {"/", {}, {}},
      {"/files", {"files"}, {}},
      {"/files/", {"files"}, {}},
      {"//files//content", {"files", "content"}, {}},
      {"/files/dir%2Fx.txt/content", {"files", "dir/x.txt", "content"}, {}},
      {"/files/content/dir/x.txt", {"files", "content", "dir", "x.txt"}, {}},
      {"/files/na%C3%AFve%20a+b.txt", {"files", "na\xC3\xAFve a+b.txt"}, {}},
      {"/a/../b", {"a", "..", "b"}, {}},
      {"/x?", {"x"}, {}},
      {"/x?&&", {"x"}, {}},
      {"/x?a", {"x"}, {{"a", ""}}},
      {"/x?path=", {"x"}, {{"path", ""}}},
      {"/x?path=%2Fmnt%2Fdata&a=b=c", {"x"}, {{"path", "/mnt/data"}, {"a", "b=c"}}},
      {"/x?identifier=a+b%2Bc", {"x"}, {{"identifier", "a b+c"}}},
      {"/x?a=/b?c", {"x"}, {{"a", "/b?c"}}},
      {"http://localhost:7070/x?a=b", {"x"}, {{"a", "b"}}},
      {"HTTPS://localhost", {}, {}},
      {"http://localhost?a=b", {}, {{"a", "b"}}},
  }));
  DYNAMIC_SECTION(row.text) {
    const auto target = Target::parse(row.text);
    REQUIRE(target);
    CHECK(target->segments == row.segments);
    CHECK(target->query == row.query);
  }
}

TEST_CASE("an unreadable request target is refused", "[http][message]") {
  const auto text = GENERATE(values<std::string>({
      "",       "*",      "files",      "localhost:443", "ftp://localhost/x",  //
      "/%",     "/%2",    "/%zz",       "/%+1",          "/%-1",               //
      "/a%00b", "/a%0Ab", "/a%7fb",     "/x?a=%0d",      "/x?%00=a",           //
      "/%FF",   "/%C3",   "/%ED%A0%80", "/x?a=%C0%AF",   "/\x01",
  }));
  DYNAMIC_SECTION(text) {
    const auto target = Target::parse(text);
    REQUIRE(!target);
    CHECK(target.error().code == ErrorCode::invalid_request);
  }
}

TEST_CASE("where files are named, a target may encode any character but NUL", "[http][message]") {
  const auto target = Target::parse("/p/files/a%0Ab%7f/content?path=%1b&filename=c%0d");
  REQUIRE(target);
  CHECK(target->segments == std::vector<std::string>{"p", "files", "a\nb\x7f", "content"});
  CHECK(target->query_value("path") == "\x1b");
  CHECK(target->query_value("filename") == "c\r");
  for (const char* text : {"/files/a%00", "/files/\x01", "/a%0Ab/files/c", "/files?path=%00"}) {
    INFO(text);
    CHECK_FALSE(Target::parse(text));
  }
}

TEST_CASE("the first query value of a name counts, in any case", "[http][message]") {
  const auto target = Target::parse("/x?Identifier=a&identifier=b");
  REQUIRE(target);
  CHECK(target->query_value("IDENTIFIER") == "a");
  CHECK_FALSE(target->query_value("path"));
}

/// Returns a text in pieces of `piece` bytes, then the end or an error, and counts the bytes read.
class TextBody final : public BodyReader {
 public:
  TextBody(std::string text, std::size_t piece, bool breaks_off = false)
      : text_(std::move(text)), piece_(piece), breaks_off_(breaks_off) {}

  asio::awaitable<Result<std::size_t>> read(std::span<char> into) override {
    if (breaks_off_ && taken == text_.size()) co_return invalid_request("gone");
    const std::size_t count = std::min({piece_, into.size(), text_.size() - taken});
    std::copy_n(text_.begin() + static_cast<std::ptrdiff_t>(taken), count, into.begin());
    taken += count;
    co_return count;
  }

  std::size_t taken = 0;

 private:
  std::string text_;
  std::size_t piece_;
  bool breaks_off_;
};

Result<std::string> run_read_all(const Request& request, BodyReader& body, std::size_t limit) {
  asio::io_context loop;
  Result<std::string> outcome = std::string("never finished");
  asio::co_spawn(loop, read_all(request, body, limit),
                 [&](std::exception_ptr failure, Result<std::string> result) {
                   if (failure) std::rethrow_exception(failure);
                   outcome = std::move(result);
                 });
  loop.run();
  return outcome;
}

TEST_CASE("a body up to the limit is read whole", "[http][message]") {
  const std::size_t piece = GENERATE(1u, 7u, 100u, 100000u);
  const std::string text(GENERATE(0u, 1u, 99u, 100u), 'x');
  TextBody body(text, piece);
  const auto outcome = run_read_all(Request(), body, 100);
  REQUIRE(outcome);
  CHECK(*outcome == text);
}

TEST_CASE("a body one byte over the limit is refused", "[http][message]") {
  TextBody body(std::string(5000, 'x'), 30);
  const auto outcome = run_read_all(Request(), body, 100);
  REQUIRE(!outcome);
  CHECK(outcome.error().code == ErrorCode::payload_too_large);
  CHECK(body.taken == 101);
}

TEST_CASE("a body that is declared longer than the limit is refused unread", "[http][message]") {
  TextBody body(std::string(101, 'x'), 30);
  Request request;
  request.content_length = 101;
  const auto outcome = run_read_all(request, body, 100);
  REQUIRE(!outcome);
  CHECK(outcome.error().code == ErrorCode::payload_too_large);
  CHECK(body.taken == 0);
}

TEST_CASE("a body that breaks off is an error, not a short text", "[http][message]") {
  TextBody body("half", 100, true);
  CHECK(!run_read_all(Request(), body, 100));
}

}  // namespace
}  // namespace dynsessions::http
