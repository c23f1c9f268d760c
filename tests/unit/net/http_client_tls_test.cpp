#include <cstdio>
#include <fstream>
#include <future>
#include <set>
#include <vector>

#include <unistd.h>

#include "emulator/http/exchange.h"
#include "emulator/net/tls_transport.h"
#include "emulator/tls/identity.h"
#include "tests/unit/net/http_client_fixture.h"
#include "tests/unit/net/scripted_server.h"
#include "tests/unit/net/test_server.h"

namespace dynsessions::net {
namespace {

/// A server over TLS whose authority is in a file.
class TlsServerOfClient {
 public:
  explicit TlsServerOfClient(const std::string& name)
      : file_("/tmp/http-client-test-" + std::to_string(::getpid()) + ".pem") {
    const auto now = std::chrono::floor<seconds>(std::chrono::system_clock::now());
    const auto authority = tls::Identity::make_authority({name}, now);
    const auto server = authority.issue(*tls::parse_names(name), now);
    std::ofstream(file_) << authority.certificate_pem();
    context_ = std::make_unique<TlsContext>(server.certificate_pem(), server.key_pem());
    server_ = std::make_unique<TestServer>(echo, ServerLimits(), context_.get(),
                                           std::vector<http::ExchangeObserver*>{&connections_});
  }
  TlsServerOfClient(const TlsServerOfClient&) = delete;
  TlsServerOfClient& operator=(const TlsServerOfClient&) = delete;
  ~TlsServerOfClient() { std::remove(file_.c_str()); }

  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  /// Ends the server. Returns the number of connections that had a request.
  [[nodiscard]] std::size_t end() {
    server_.reset();
    return connections_.numbers.size();
  }
  [[nodiscard]] HttpClientOptions trusting() const {
    HttpClientOptions options;
    options.ca_file = file_;
    options.keep_alive = true;
    return options;
  }

 private:
  struct Connections final : http::ExchangeObserver {
    void exchange_ended(const http::Exchange& exchange) noexcept override {
      numbers.insert(exchange.connection);
    }
    std::set<std::uint64_t> numbers;
  };

  const std::string file_;
  Connections connections_;
  std::unique_ptr<TlsContext> context_;
  std::unique_ptr<TestServer> server_;
};

TEST_CASE("over TLS a trusted server answers, also by its address", "[net][client][tls]") {
  const std::string name = GENERATE("localhost", "127.0.0.1");
  DYNAMIC_SECTION(name) {
    TlsServerOfClient server(name);
    Client client(server.trusting());
    const HttpUrl url = url_of(server.port(), name, true);
    const std::string body(kMegabyte, 't');
    for (int i = 0; i < 2; ++i) {
      const auto reply = client.fetch(url, request_of("POST", body));
      REQUIRE(reply.has_value());
      CHECK(reply->body == "POST " + body);
    }
    const auto source = std::make_shared<PieceSource>(body, 9000);
    CHECK(client.fetch(url, streamed(source, std::nullopt))->body == "POST " + body);
    CHECK(server.end() == 1);
  }
}

TEST_CASE("a certificate that is not trusted is named as the reason", "[net][client][tls]") {
  TlsServerOfClient server("localhost");
  SECTION("an unknown authority") {
    Client client;
    check_failure(client.fetch(url_of(server.port(), "localhost", true)), HttpStep::tls,
                  HttpFailureKind::failed, "the certificate is not trusted: ");
  }
  SECTION("another name") {
    Client client(server.trusting());
    check_failure(client.fetch(url_of(server.port(), "127.0.0.1", true)), HttpStep::tls,
                  HttpFailureKind::failed, "IP address mismatch");
  }
  SECTION("a file without certificates") {
    HttpClientOptions options;
    options.ca_file = "/dev/null";
    Client client(options);
    check_failure(client.fetch(url_of(server.port(), "localhost", true)), HttpStep::tls,
                  HttpFailureKind::failed, "cannot read the trusted authorities of /dev/null");
  }
}

TEST_CASE("a server without TLS is a failure of TLS", "[net][client][tls]") {
  TestServer server(echo);
  Client client;
  check_failure(client.fetch(url_of(server.port(), "localhost", true)), HttpStep::tls,
                HttpFailureKind::failed, "no TLS with https://localhost");
}

TEST_CASE("a TLS handshake that does not end is cut by the deadline", "[net][client][tls]") {
  ScriptedServer server({[](ScriptedConnection& connection) { connection.wait_for_end(); }});
  Client client;
  HttpRequest request;
  request.timeouts.connect = milliseconds(50);
  check_failure(client.fetch(url_of(server.port(), "127.0.0.1", true), std::move(request)),
                HttpStep::tls, HttpFailureKind::timed_out, "it timed out");
}

TEST_CASE("over TLS a cancelled request ends", "[net][client][tls]") {
  ScriptedServer server({[](ScriptedConnection& connection) { connection.wait_for_end(); }});
  Client client;
  auto task =
      client.loop.start(client.client.fetch(url_of(server.port(), "127.0.0.1", true), {}, 9));
  task.cancel();
  const auto reply = client.loop.finish(task);
  REQUIRE(reply.has_error());
  CHECK(reply.error().kind == HttpFailureKind::cancelled);
}

}  // namespace
}  // namespace dynsessions::net
