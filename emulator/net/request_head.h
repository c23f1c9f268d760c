#pragma once

#include <string_view>

#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "emulator/base/result.h"
#include "emulator/http/framing.h"
#include "emulator/http/message.h"

namespace dynsessions::net {

using RequestParser = boost::beast::http::request_parser<boost::beast::http::buffer_body>;

/// The head of a request, and its demands on the connection.
struct RequestHead {
  http::Request request;
  http::Version version = http::Version::http_1_1;
  bool keep_alive = false;        ///< the client intends to send another request
  bool expects_continue = false;  ///< the client can wait for `100 Continue` before its body
};

/// Parses one whole head, including the empty line, and leaves `parser` ready for the body. Returns
/// `invalid_request` if Beast's parser refuses the head, if it accepts a head that it must not
/// (http/framing.h), or if the target cannot be parsed; the parser is then unusable.
[[nodiscard]] Result<RequestHead> parse_head(RequestParser& parser, std::string_view head);

}  // namespace dynsessions::net
