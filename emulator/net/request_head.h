#pragma once

#include <string_view>

#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "emulator/base/result.h"
#include "emulator/http/framing.h"
#include "emulator/http/message.h"

namespace dynsessions::net {

using RequestParser = boost::beast::http::request_parser<boost::beast::http::buffer_body>;

/// A request's head, and what it asks of the connection.
struct RequestHead {
  http::Request request;
  http::Version version = http::Version::http_1_1;
  bool keep_alive = false;        ///< the client means to send another request
  bool expects_continue = false;  ///< the client may wait for `100 Continue` with its body
};

/// Reads one whole head, the empty line included, and leaves `parser` ready for the body.
/// `invalid_request` for what Beast's parser refuses, for what it accepts and must not
/// (http/framing.h), and for a target that cannot be read; the parser is of no use then.
[[nodiscard]] Result<RequestHead> parse_head(RequestParser& parser, std::string_view head);

}  // namespace dynsessions::net
