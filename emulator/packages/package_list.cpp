#include "emulator/packages/package_list.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <stdexcept>

#include <boost/algorithm/string/trim.hpp>
#include <nlohmann/json.hpp>

#include "emulator/base/json_text.h"
#include "emulator/packages/package_name.h"

namespace dynsessions::packages {
namespace {

using nlohmann::json;

/// Reads lines of `name==version`; skips comments and empty lines.
std::vector<PinnedPackage> read_pins(std::string_view requirements) {
  std::vector<PinnedPackage> pins;
  std::istringstream lines{std::string(requirements)};
  for (std::string line; std::getline(lines, line);) {
    line.resize(std::min(line.size(), line.find('#')));
    boost::algorithm::trim(line);
    if (line.empty()) continue;
    const std::size_t equals = line.find("==");
    if (equals == std::string::npos) throw std::runtime_error("not a pinned package: " + line);
    pins.push_back({line.substr(0, equals), line.substr(equals + 2), {}, {}});
  }
  return pins;
}

void add_facts(PinnedPackage& pin, const json& fact) {
  pin.service_version = fact.value("service", "");
  if (pin.service_version != pin.version) pin.why = fact.value("why", "");
  pin.is_in_service = !pin.service_version.empty() || fact.value("present", false);
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

PackageList read_package_list(std::string_view requirements, std::string_view facts) try {
  const json known = parse_json(facts);
  PackageList list{
      known.at("python").at("service"), known.at("python").at("why"), known.at("source"),
      read_pins(requirements),          known.at("modules"),          known.at("shared_modules"),
      known.at("mistaken_modules"),     known.at("own_modules"),      known.at("python_modules"),
      known.at("windows_packages")};
  std::map<std::string, json> by_name;
  for (const auto& [name, fact] : known.at("packages").items()) {
    by_name.emplace(normalized_name(name), fact);
  }
  for (PinnedPackage& pin : list.packages) {
    const auto found = by_name.find(normalized_name(pin.name));
    if (found != by_name.end()) add_facts(pin, found->second);
  }
  return list;
} catch (const json::exception& error) {
  throw std::runtime_error(std::string("service_packages.json: ") + error.what());
}

PackageList read_package_list(const std::filesystem::path& directory) {
  return read_package_list(read_file(directory / "requirements.txt"),
                           read_file(directory / "service_packages.json"));
}

}  // namespace dynsessions::packages
