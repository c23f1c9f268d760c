#include <nlohmann/json.hpp>

#include "emulator/surfaces/admin/answers.h"
#include "emulator/surfaces/admin/operation.h"

namespace dynsessions::surfaces::admin {
namespace asio = boost::asio;

namespace {

const char* name_of(PackageReport::State state) {
  switch (state) {
    case PackageReport::State::none:
      return "none";
    case PackageReport::State::current:
      return "current";
    case PackageReport::State::installing:
      return "installing";
    case PackageReport::State::failed:
      return "failed";
  }
  return "";
}

http::Response package_answer(const PackageReport& report) {
  nlohmann::ordered_json json{{"state", name_of(report.state)}};
  const auto add = [&json](const char* member, const std::string& text) {
    if (!text.empty()) json[member] = text;
  };
  add("requirements", report.requirements);
  add("layer", report.layer);
  add("failure", report.failure);
  add("notWatched", report.not_watched);
  return json_answer(json);
}

}  // namespace

asio::awaitable<http::Answer> get_packages(AdminCall& call) {
  co_return package_answer(call.services.packages());
}

asio::awaitable<http::Answer> reload_packages(AdminCall& call) {
  co_await call.services.reload_packages();
  co_return package_answer(call.services.packages());
}

}  // namespace dynsessions::surfaces::admin
