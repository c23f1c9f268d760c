#include "emulator/surfaces/no_route.h"

#include <utility>

namespace dynsessions::surfaces {

Error no_route(const http::Request& request, const http::NoRow& why,
               const std::string& unknown_path, std::string known_paths) {
  if (!why.methods.empty()) {
    return {ErrorCode::route_not_found,
            "The method " + request.method_text + " is not supported on this path. It has " +
                why.methods + ".",
            "method", "this path exists with another method: " + why.methods};
  }
  if (why.nearest.empty()) {
    return {ErrorCode::route_not_found, unknown_path, "path", std::move(known_paths)};
  }
  return {ErrorCode::route_not_found, unknown_path + " The nearest is " + why.nearest + ".", "path",
          "did you mean " + why.nearest + "?"};
}

}  // namespace dynsessions::surfaces
