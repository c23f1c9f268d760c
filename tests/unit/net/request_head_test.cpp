#include "emulator/net/request_head.h"

#include <string>

#include "tests/support/catch.h"

namespace dynsessions::net {
namespace {

TEST_CASE("a head becomes a request", "[net][head]") {
  RequestParser parser;
  const auto head = parse_head(parser,
                               "POST /executions?api-version=1 HTTP/1.1\r\n"
                               "Host: localhost\r\nContent-Length: 12\r\n"
                               "Expect: 100-Continue\r\nX-Twice: a\r\nx-twice: b\r\n\r\n");
  REQUIRE(head);
  CHECK(head->request.method == http::Method::post);
  CHECK(head->request.method_text == "POST");
  CHECK(head->request.target.segments == std::vector<std::string>{"executions"});
  CHECK(head->request.target.query_value("api-version") == "1");
  CHECK(head->request.headers.find("content-length") == "12");
  CHECK(head->request.headers.count("X-Twice") == 2);
  CHECK(head->request.content_length == 12u);
  CHECK_FALSE(head->request.chunked);
  CHECK(head->keep_alive);
  CHECK(head->expects_continue);
}

TEST_CASE("every method is recognised", "[net][head]") {
  using http::Method;
  const auto [text, method] = GENERATE(table<std::string, Method>({
      {"GET", Method::get},
      {"POST", Method::post},
      {"PUT", Method::put},
      {"PATCH", Method::patch},
      {"DELETE", Method::delete_},
      {"HEAD", Method::head},
      {"OPTIONS", Method::options},
      {"PROPFIND", Method::other},
      {"BREW", Method::other},
      {"get", Method::other},
  }));
  RequestParser parser;
  const auto head = parse_head(parser, text + " / HTTP/1.1\r\nHost: x\r\n\r\n");
  REQUIRE(head);
  CHECK(head->request.method == method);
  CHECK(head->request.method_text == text);
}

TEST_CASE("the version and Connection tell whether another request may follow", "[net][head]") {
  struct Row {
    std::string text;
    bool keep_alive;
  };
  const auto row = GENERATE(values<Row>({
      {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", true},
      {"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", false},
      {"GET / HTTP/1.1\r\nHost: x\r\nConnection: a, Close\r\n\r\n", false},
      {"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\n"
       "Upgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAAA\r\n\r\n",
       true},
      {"GET / HTTP/1.0\r\n\r\n", false},
      {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true},
  }));
  DYNAMIC_SECTION(row.text) {
    RequestParser parser;
    const auto head = parse_head(parser, row.text);
    REQUIRE(head);
    CHECK(head->keep_alive == row.keep_alive);
  }
}

TEST_CASE("HTTP/1.0 cannot ask for 100 Continue", "[net][head]") {
  RequestParser parser;
  const auto head =
      parse_head(parser, "POST / HTTP/1.0\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n");
  REQUIRE(head);
  CHECK_FALSE(head->expects_continue);
}

TEST_CASE("a head that is not HTTP/1.1 is refused", "[net][head]") {
  const auto text = GENERATE(values<std::string>({
      "\r\n\r\n",
      "GET /\r\n\r\n",
      "GET / HTTP/1.2\r\nHost: x\r\n\r\n",
      "PRI * HTTP/2.0\r\n\r\n",
      "GET  / HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET / HTTP/1.1\nHost: x\r\n\r\n",
      "GET / HTTP/1.1\r\nHost : x\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: x\r\nA: b\x01\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n",
      "GET /\x7f HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET http://elsewhere/ HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n",
      "CONNECT localhost:443 HTTP/1.1\r\nHost: x\r\n\r\n",
      "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
  }));
  DYNAMIC_SECTION(text) {
    RequestParser parser;
    const auto head = parse_head(parser, text);
    REQUIRE(!head);
    CHECK(head.error().code == ErrorCode::invalid_request);
  }
}

}  // namespace
}  // namespace dynsessions::net
