#include "emulator/conformance/run/http_client.h"

#include <algorithm>
#include <cctype>
#include <memory>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

namespace dynsessions::conformance {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using WireRequest = http::request<http::string_body>;
using WireParser = http::response_parser<http::string_body>;

constexpr std::uint64_t kLargestReply = std::uint64_t{256} << 20;

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// An IPv6 address as the resolver wants it.
std::string without_brackets(const std::string& host) {
  return host.starts_with('[') ? host.substr(1, host.size() - 2) : host;
}

WireRequest to_wire(const Endpoint& endpoint, const HttpRequest& request) {
  WireRequest wire;
  wire.version(11);
  wire.method_string(request.method);
  wire.target(endpoint.prefix + "/" + request.target);
  const bool usual_port = endpoint.port == (endpoint.tls ? "443" : "80");
  wire.set(http::field::host, endpoint.host + (usual_port ? "" : ":" + endpoint.port));
  wire.set(http::field::connection, "close");
  for (const auto& [name, value] : request.headers) wire.insert(name, value);
  wire.body() = request.body;
  if (request.chunked) {
    wire.chunked(true);
  } else if (wire.find(http::field::content_length) == wire.end()) {
    wire.prepare_payload();
  }
  return wire;
}

HttpReply from_wire(const WireParser& parser) {
  HttpReply reply;
  reply.status = parser.get().result_int();
  for (const auto& field : parser.get()) {
    reply.headers.emplace_back(lower_case(std::string(field.name_string())),
                               std::string(field.value()));
  }
  reply.body = parser.get().body();
  return reply;
}

template <typename Stream>
asio::awaitable<HttpReply> exchange(Stream& stream, const WireRequest& request) {
  co_await http::async_write(stream, request, asio::use_awaitable);
  beast::flat_buffer buffer;
  WireParser parser;
  parser.body_limit(kLargestReply);
  co_await http::async_read(stream, buffer, parser, asio::use_awaitable);
  co_return from_wire(parser);
}

/// `loop`, `endpoint` and `request` outlive it: send_all() owns or borrows them.
asio::awaitable<HttpReply> send_over(asio::io_context& loop, const Endpoint& endpoint,
                                     const WireRequest& request, std::chrono::seconds deadline) {
  tcp::resolver resolver(loop);
  const std::string host = without_brackets(endpoint.host);
  const auto addresses = co_await resolver.async_resolve(host, endpoint.port, asio::use_awaitable);
  if (!endpoint.tls) {
    beast::tcp_stream stream(loop);
    stream.expires_after(deadline);
    co_await stream.async_connect(addresses, asio::use_awaitable);
    co_return co_await exchange(stream, request);
  }
  asio::ssl::context trust(asio::ssl::context::tls_client);
  trust.set_default_verify_paths();
  trust.set_verify_mode(asio::ssl::verify_peer);
  trust.set_verify_callback(asio::ssl::host_name_verification(endpoint.host));
  beast::ssl_stream<beast::tcp_stream> stream(loop, trust);
  // What the macro SSL_set_tlsext_host_name does, without its old-style cast.
  void* const name = const_cast<char*>(endpoint.host.c_str());
  if (SSL_ctrl(stream.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
               name) != 1) {
    throw Unreachable("the host name " + endpoint.host + " does not fit into TLS");
  }
  beast::get_lowest_layer(stream).expires_after(deadline);
  co_await beast::get_lowest_layer(stream).async_connect(addresses, asio::use_awaitable);
  co_await stream.async_handshake(asio::ssl::stream_base::client, asio::use_awaitable);
  co_return co_await exchange(stream, request);
}

/// Throws what is no failure to reach the endpoint.
std::string failure_of(const Endpoint& endpoint, const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const boost::system::system_error& error) {
    return endpoint.origin() + ": " + error.code().message();
  } catch (const Unreachable& error) {
    return error.what();
  }
}

/// Until nothing is left to do; false when it was interrupted before.
bool run_to_end(asio::io_context& loop, const std::function<bool()>& interrupted) {
  const bool is_cleaning_up = interrupted();
  while (!loop.stopped()) {
    loop.run_for(std::chrono::milliseconds(100));
    if (!is_cleaning_up && interrupted()) return false;
  }
  return true;
}

std::vector<Answer> send_all(const Endpoint& endpoint, const std::vector<HttpRequest>& requests,
                             std::chrono::seconds deadline,
                             const std::function<bool()>& interrupted) {
  std::vector<WireRequest> wires;
  wires.reserve(requests.size());
  for (const HttpRequest& request : requests) wires.push_back(to_wire(endpoint, request));
  std::vector<Answer> answers(requests.size());
  asio::io_context loop(1);  // behind what its coroutines borrow
  for (std::size_t i = 0; i < wires.size(); ++i) {
    asio::co_spawn(loop, send_over(loop, endpoint, wires[i], deadline),
                   [&endpoint, &answer = answers[i]](std::exception_ptr thrown, HttpReply reply) {
                     if (thrown) {
                       answer.failure = failure_of(endpoint, thrown);
                     } else {
                       answer.reply = std::move(reply);
                     }
                   });
  }
  if (!run_to_end(loop, interrupted)) throw Interrupted();
  return answers;
}

}  // namespace

Endpoint Endpoint::parse(const std::string& url) {
  Endpoint endpoint;
  std::string rest;
  if (url.starts_with("https://")) {
    endpoint.tls = true;
    rest = url.substr(8);
  } else if (url.starts_with("http://")) {
    rest = url.substr(7);
  } else {
    throw std::invalid_argument("an endpoint begins with http:// or https://, not `" + url + "`");
  }
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  endpoint.prefix = rest.substr(slash);
  while (endpoint.prefix.ends_with('/')) endpoint.prefix.pop_back();
  const std::string authority = rest.substr(0, slash);
  const std::size_t colon = authority.rfind(':');
  const bool has_port = colon != std::string::npos && authority.find(']', colon) == authority.npos;
  endpoint.host = has_port ? authority.substr(0, colon) : authority;
  endpoint.port = has_port ? authority.substr(colon + 1) : endpoint.tls ? "443" : "80";
  const bool is_plain = url.find_first_of("?#@ ") == std::string::npos;
  if (endpoint.host.empty() || endpoint.port.empty() || !is_plain) {
    throw std::invalid_argument("an endpoint is scheme, host and path, not `" + url + "`");
  }
  return endpoint;
}

std::string Endpoint::origin() const { return (tls ? "https://" : "http://") + host + ":" + port; }

std::optional<std::string> HttpReply::header(const std::string& lower_case_name) const {
  for (const auto& [name, value] : headers) {
    if (name == lower_case_name) return value;
  }
  return std::nullopt;
}

Send http_client(Endpoint endpoint, std::function<bool()> interrupted) {
  return [endpoint = std::move(endpoint), interrupted = std::move(interrupted)](
             const std::vector<HttpRequest>& requests, std::chrono::seconds deadline) {
    return send_all(endpoint, requests, deadline, interrupted);
  };
}

}  // namespace dynsessions::conformance
