#include <string>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/support/catch.h"
#include "tests/unit/net/raw_client.h"
#include "tests/unit/net/test_server.h"

namespace dynsessions::net {
namespace {

namespace asio = boost::asio;

/// Returns a function that answers every request with `make()`.
FunctionHandler::Function always(std::function<http::Response()> make) {
  return [make = std::move(make)](http::Request,
                                  http::BodyReader&) -> asio::awaitable<http::Response> {
    co_return make();
  };
}

std::string ask(TestServer& server, std::string_view request) {
  RawClient client(server.port());
  client.send(request);
  client.half_close();
  return client.read_to_end();
}

http::Response response_with(unsigned status, std::string text, http::Framing framing) {
  http::Response response = text_response(std::move(text), status);
  response.headers.add("X-Own", "value");
  response.framing = framing;
  return response;
}

constexpr auto kLength = http::Framing::content_length;
constexpr auto kChunked = http::Framing::chunked;

TEST_CASE("a response is framed as its version, method and status demand", "[net][response]") {
  struct Row {
    std::string what;
    std::string request;
    unsigned status;
    std::string text;
    http::Framing framing;
    std::string wire;
  };
  const std::string get11 = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
  const auto row = GENERATE_COPY(values<Row>({
      {"text with its length", get11, 200, "hello", kLength,
       "HTTP/1.1 200 OK\r\nX-Own: value\r\nContent-Length: 5\r\n\r\nhello"},
      {"text in a chunk", get11, 200, "hello, chunk number one", kChunked,
       "HTTP/1.1 200 OK\r\nX-Own: value\r\nTransfer-Encoding: chunked\r\n\r\n"
       "17\r\nhello, chunk number one\r\n0\r\n\r\n"},
      {"no text", get11, 404, "", kLength,
       "HTTP/1.1 404 Not Found\r\nX-Own: value\r\nContent-Length: 0\r\n\r\n"},
      {"no text in no chunk", get11, 200, "", kChunked,
       "HTTP/1.1 200 OK\r\nX-Own: value\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"a status that has no body", get11, 204, "", kLength,
       "HTTP/1.1 204 No Content\r\nX-Own: value\r\n\r\n"},
      {"the head alone", "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n", 200, "hello", kLength,
       "HTTP/1.1 200 OK\r\nX-Own: value\r\nContent-Length: 5\r\n\r\n"},
      {"the head of a chunked answer", "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n", 200, "hello", kChunked,
       "HTTP/1.1 200 OK\r\nX-Own: value\r\nTransfer-Encoding: chunked\r\n\r\n"},
      {"a client that closes", "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 200, "a",
       kLength,
       "HTTP/1.1 200 OK\r\nX-Own: value\r\nContent-Length: 1\r\nConnection: close\r\n\r\na"},
      {"HTTP/1.0, which knows no chunks", "GET / HTTP/1.0\r\n\r\n", 200, "a", kChunked,
       "HTTP/1.1 200 OK\r\nX-Own: value\r\nContent-Length: 1\r\nConnection: close\r\n\r\na"},
      {"HTTP/1.0 that wants to go on", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 200, "a",
       kLength,
       "HTTP/1.1 200 OK\r\nX-Own: value\r\nContent-Length: 1\r\nConnection: keep-alive\r\n\r\na"},
  }));
  DYNAMIC_SECTION(row.what) {
    TestServer server(always([&] { return response_with(row.status, row.text, row.framing); }));
    CHECK(ask(server, row.request) == row.wire);
  }
}

TEST_CASE("a field that a handler must not set is never sent", "[net][response]") {
  const auto [name, value] = GENERATE(table<std::string, std::string>({
      {"X-Name", "a\r\nSet-Cookie: stolen"},
      {"X-Name\r\nSet-Cookie", "stolen"},
      {"Content-Length", "0"},
      {"transfer-encoding", "chunked"},
      {"Connection", "close"},
  }));
  TestServer server(always([&name = name, &value = value] {
    http::Response response = text_response("body");
    response.headers.add(name, value);
    return response;
  }));
  CHECK(ask(server, "GET / HTTP/1.1\r\nHost: x\r\n\r\n").empty());
}

std::string varied_text(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + (i / 7 + i / 4099) % 26);
  return text;
}

http::Response file_response(const std::string& text, std::uint64_t size, http::Framing framing) {
  UniqueFd fd(::memfd_create("file", MFD_CLOEXEC));
  if (!fd || ::write(fd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    throw std::runtime_error("no test file");
  }
  http::Response response;
  response.body = http::FileBody{std::move(fd), size};
  response.framing = framing;
  return response;
}

TEST_CASE("a file is sent whole, whatever its size and framing", "[net][response]") {
  const std::size_t size = GENERATE(0u, 1u, 256u * 1024u, 256u * 1024u + 1, 3u * 1024u * 1024u);
  const auto framing = GENERATE(kLength, kChunked);
  CAPTURE(size, framing == kChunked);
  const std::string text = varied_text(size);
  TestServer server(always([&] { return file_response(text, text.size(), framing); }));
  RawClient client(server.port());
  for (int i = 0; i < 2; ++i) {
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK((client.read_reply().body == text));  // the parentheses keep Catch from printing it
  }
}

TEST_CASE("a client that leaves a large file takes nothing with it", "[net][response]") {
  const std::string text = varied_text(std::size_t{64} << 20);  // more than sockets hold
  TestServer server(always([&] { return file_response(text, text.size(), kLength); }));
  {
    RawClient leaving(server.port());
    leaving.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(leaving.readable_within(10'000));
  }
  RawClient client(server.port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK((client.read_reply().body == text));
}

TEST_CASE("the head of a file tells its size", "[net][response]") {
  TestServer server(always([] { return file_response("hello", 5, kLength); }));
  CHECK(ask(server, "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n") ==
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
}

TEST_CASE("a file that turns out short is not taken for a whole one", "[net][response]") {
  const auto framing = GENERATE(kLength, kChunked);
  const std::size_t size = GENERATE(0u, 1u, 600u * 1024u, 64u << 20);
  const std::string text = varied_text(size);
  TestServer server(always([&] { return file_response(text, text.size() + 1, framing); }));
  RawClient client(server.port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK_THROWS_WITH(client.read_reply(), Catch::Contains("the connection ended"));
}

}  // namespace
}  // namespace dynsessions::net
