#include "tests/unit/surfaces/data_plane/requests.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace dynsessions::surfaces::data_plane {
namespace {

using http::Method;

constexpr std::array<std::pair<std::string_view, Method>, 7> kMethods{{
    {"GET", Method::get},
    {"POST", Method::post},
    {"PUT", Method::put},
    {"PATCH", Method::patch},
    {"DELETE", Method::delete_},
    {"HEAD", Method::head},
    {"OPTIONS", Method::options},
}};

Method method_of(std::string_view text) {
  const auto* found = std::find_if(kMethods.begin(), kMethods.end(),
                                   [&](const auto& method) { return method.first == text; });
  return found == kMethods.end() ? Method::other : found->second;
}

}  // namespace

http::Request request_of(std::string_view line) {
  const std::size_t space = line.find(' ');
  http::Request request;
  request.method_text = line.substr(0, space);
  request.method = method_of(request.method_text);
  request.target = http::Target::parse(line.substr(space + 1)).value();
  return request;
}

pools::PoolName default_pool() { return {"default-subscription", "default-group", "default"}; }

const VersionTable& default_versions() {
  static const VersionTable kVersions;
  return kVersions;
}

Route route_of(std::string_view line, const VersionTable& versions) {
  return match_route(request_of(line), default_pool(), versions).value();
}

}  // namespace dynsessions::surfaces::data_plane
