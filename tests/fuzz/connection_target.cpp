// The bytes of a client, from the first one to the choice of a handler: net/connection.h,
// net/request_head.h, http/framing.h, net/body_stream.h, surfaces/request_guard.h, auth/,
// surfaces/data_plane/routes.h.
//
// Input: a seed for the pieces, then the bytes of one connection.

#include <algorithm>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <spdlog/spdlog.h>

#include "emulator/auth/token_check.h"
#include "emulator/base/clock.h"
#include "emulator/base/event.h"
#include "emulator/base/utf8.h"
#include "emulator/http/text.h"
#include "emulator/net/connection.h"
#include "emulator/net/waiting_connections.h"
#include "emulator/surfaces/data_plane/files/file_paths.h"
#include "emulator/surfaces/data_plane/operations.h"
#include "emulator/surfaces/data_plane/routes.h"
#include "emulator/surfaces/data_plane/session_access.h"
#include "emulator/surfaces/error_response.h"
#include "emulator/surfaces/request_guard.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/memory_transport.h"
#include "tests/fuzz/property.h"

namespace dynsessions::fuzz {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kHeadBytes = 1024;  // small, so that inputs reach the limit

void check_request(const http::Request& request) {
  require(!(request.chunked && request.content_length), "a body is framed in one way");
  require(request.headers.count("Host") <= 1, "there is one Host at most");
  require(request.headers.count("Content-Length") + request.headers.count("Transfer-Encoding") <= 1,
          "no other parser can read another length");
  const auto length = request.headers.find("Content-Length");
  require(!length || *length == std::to_string(request.content_length.value_or(0)) ||
              length->starts_with('0'),
          "the length is that of the field");
  for (const auto& [name, value] : request.headers) {
    require(!name.empty() && !http::has_control_character(name), "a field has a name");
    require(value.find_first_of("\r\n") == std::string::npos, "a field is one line");
  }
}

/// Checks properties of names that must hold for every request.
void check_route(const surfaces::data_plane::Route& route, const http::Request& request) {
  require(!route.operation->name.empty(), "an operation has a name");
  require(!http::has_control_character(
              surfaces::data_plane::link_to(route, request, "/listSessions", "skip=1")),
          "a link is one line");
  const auto file = surfaces::data_plane::files::file_of(route, request);
  if (!file) return require_service_shape(file.error());
  for (const std::string& component : file->components()) {
    require(component != ".." && component.find('/') == std::string::npos, "a file is below /mnt");
  }
}

const surfaces::RequestGuard kGuard;
const surfaces::data_plane::VersionTable kVersions;

/// Handles a request like the data plane, up to the choice of a handler, and records it.
class Recorder final : public http::Handler {
 public:
  asio::awaitable<http::Response> handle(http::Exchange& exchange, http::Request request,
                                         http::BodyReader& body) override {
    check_request(request);
    log_ += "request " + request.method_text + request.scheme;
    for (const std::string& segment : request.target.segments) log_ += "/" + segment;
    for (const auto& [name, value] : request.target.query) log_ += "?" + name + "=" + value;
    const auto guarded = kGuard.check(request.headers);
    if (!guarded) co_return refuse(exchange, guarded.error());
    const auto token = auth::check_token({.rule = auth::TokenRule::claims},
                                         request.headers.find("Authorization"), {});
    if (!token) log_ += " without token";
    if (!token) require_service_shape(token.error());
    const auto route = surfaces::data_plane::match_route(request, {"s", "g", "p"}, kVersions);
    if (!route) co_return refuse(exchange, route.error());
    check_route(*route, request);
    http::Call call{exchange, std::move(request), &body};
    const auto identifier = surfaces::data_plane::session_identifier(*route, call);
    if (!identifier) co_return refuse(exchange, identifier.error());
    const auto text = co_await http::read_all(call.request, body, 2 * kHeadBytes);
    if (!text) co_return refuse(exchange, text.error());
    log_ += " body " + *text + "\n";
    http::Response response;
    response.body = *text;
    co_return response;
  }

  http::Response refuse(http::Exchange&, const Error& error) override {
    require_service_shape(error);
    log_ += " refused " + error.message + "\n";
    return surfaces::error_response(error, "trace");
  }

  [[nodiscard]] const std::string& log() const { return log_; }

 private:
  std::string log_;
};

struct Outcome {
  std::string log;
  std::vector<std::string> written;
  bool operator==(const Outcome&) const = default;
};

asio::thread_pool& file_pool() {
  static asio::thread_pool pool{1};  // has no work, because no answer here is a file
  return pool;
}

Outcome serve(std::string_view bytes, PieceSizes* sizes) {
  Outcome outcome;
  asio::io_context loop{1};
  Recorder recorder;
  const net::ServerLimits limits{.head_bytes = kHeadBytes};
  const std::vector<http::ExchangeObserver*> observers;
  const SteadyClock clock(loop.get_executor());
  Event changed(loop.get_executor());
  net::WaitingConnections waiting(clock, changed);
  asio::ip::tcp::socket socket(loop, asio::ip::tcp::v4());
  net::Connection connection(
      1, std::make_unique<MemoryTransport>(std::move(socket), bytes, sizes, outcome.written),
      file_pool(), recorder, limits, waiting, observers);
  asio::co_spawn(loop, connection.run(), [](const std::exception_ptr& failure) {
    if (failure) std::rethrow_exception(failure);
  });
  loop.run();
  outcome.log = recorder.log();
  return outcome;
}

void check(Input input) {
  PieceSizes sizes(input.byte());
  const Outcome whole = serve(input.rest(), nullptr);
  const Outcome pieces = serve(input.rest(), &sizes);
  require(whole.log == pieces.log, "pieces do not matter to what is understood");
  require(whole.written == pieces.written, "pieces do not matter to what is answered");
  for (const std::string& answer : whole.written) {
    require(answer.starts_with("HTTP/1.1 ") && answer.find("\r\n\r\n") != std::string::npos,
            "an answer has a head");
  }
}

}  // namespace
}  // namespace dynsessions::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool kSilent = [] {
    spdlog::set_level(spdlog::level::off);
    return true;
  }();
  if (kSilent) dynsessions::fuzz::check({data, size});
  return 0;
}
