#pragma once

#include <string>
#include <utility>

#include "emulator/http/message.h"

namespace dynsessions::surfaces {

/// 200 with a JSON body; its content type is added later, with the other headers of the data plane
/// (data_plane/answer_filter.h).
inline http::Response json_response(std::string body) {
  http::Response response;
  response.body = std::move(body);
  return response;
}

/// A complete answer that clients must not cache, for surfaces that the service does not have.
inline http::Response uncached_json_response(unsigned status, std::string body) {
  http::Response response;
  response.status = status;
  response.headers.add("content-type", "application/json; charset=utf-8");
  response.headers.add("cache-control", "no-store");
  response.body = std::move(body);
  return response;
}

}  // namespace dynsessions::surfaces
