#include "emulator/net/request_head.h"

#include <string>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/none.hpp>

#include "emulator/http/text.h"

namespace dynsessions::net {
namespace {

namespace beast = boost::beast;

http::Method method_of(beast::http::verb verb) {
  switch (verb) {
    case beast::http::verb::get:
      return http::Method::get;
    case beast::http::verb::post:
      return http::Method::post;
    case beast::http::verb::put:
      return http::Method::put;
    case beast::http::verb::patch:
      return http::Method::patch;
    case beast::http::verb::delete_:
      return http::Method::delete_;
    case beast::http::verb::head:
      return http::Method::head;
    case beast::http::verb::options:
      return http::Method::options;
    default:
      return http::Method::other;
  }
}

/// Checks the grammar of the head with Beast's parser.
Result<void> parse_grammar(RequestParser& parser, std::string_view head) {
  parser.header_limit(static_cast<std::uint32_t>(head.size()));
  parser.body_limit(boost::none);  // each route has a separate limit, which http::read_all enforces
  beast::error_code error;
  const std::size_t used = parser.put(boost::asio::buffer(head), error);
  if (error || used != head.size() || !parser.is_header_done()) {
    return invalid_request("The request head is not HTTP/1.1: " + error.message() + ".");
  }
  return {};
}

http::Headers headers_of(const RequestParser& parser) {
  http::Headers headers;
  for (const auto& field : parser.get()) {
    headers.add(std::string(field.name_string()), std::string(field.value()));
  }
  return headers;
}

bool expects_continue(const RequestHead& head) {
  const auto expect = head.request.headers.find("Expect");
  return head.version == http::Version::http_1_1 && expect &&
         http::iequals(*expect, "100-continue");
}

}  // namespace

Result<RequestHead> parse_head(RequestParser& parser, std::string_view head) {
  if (http::has_folded_field(head)) {
    return invalid_request("The request has a header field that spans lines.");
  }
  if (const Result<void> grammar = parse_grammar(parser, head); !grammar) return grammar.error();
  const auto& message = parser.get();
  RequestHead parsed;
  parsed.version = message.version() == 10 ? http::Version::http_1_0 : http::Version::http_1_1;
  parsed.request.headers = headers_of(parser);
  const Result<void> framing = http::check_framing(parsed.version, parsed.request.headers);
  if (!framing) return framing.error();
  const Result<void> authority = http::check_authority(message.target(), parsed.request.headers);
  if (!authority) return authority.error();
  Result<http::Target> target = http::Target::parse(message.target());
  if (!target) return target.error();
  parsed.request.target = *std::move(target);
  parsed.request.method = method_of(message.method());
  parsed.request.method_text = std::string(message.method_string());
  parsed.request.chunked = parser.chunked();
  if (const auto length = parser.content_length()) parsed.request.content_length = *length;
  parsed.keep_alive = parser.keep_alive();
  parsed.expects_continue = expects_continue(parsed);
  return parsed;
}

}  // namespace dynsessions::net
