#pragma once

#include <string>
#include <utility>

#include "emulator/http/message.h"

namespace dynsessions::surfaces {

/// 200 with a JSON body; its content type is added where all answers pass (emulated_surface.h).
inline http::Response json_response(std::string body) {
  http::Response response;
  response.body = std::move(body);
  return response;
}

}  // namespace dynsessions::surfaces
