#include "emulator/packages/missing_module.h"

#include <algorithm>

#include <boost/algorithm/string/predicate.hpp>

#include "emulator/base/edit_distance.h"
#include "emulator/packages/package_name.h"

namespace dynsessions::packages {
namespace {

constexpr std::size_t kLongestModule = 100;

bool is_identifier(std::string_view text) {
  const auto is_part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !text.empty() && text.size() <= kLongestModule && !(text[0] >= '0' && text[0] <= '9') &&
         std::all_of(text.begin(), text.end(), is_part);
}

/// Removes `prefix` from the front of the text. Returns false if the text does not begin with it.
bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

const PinnedPackage* find_pinned(const PackageList& list, std::string_view package) {
  const auto found =
      std::find_if(list.packages.begin(), list.packages.end(),
                   [&](const PinnedPackage& pin) { return normalized_name(pin.name) == package; });
  return found == list.packages.end() ? nullptr : &*found;
}

std::string knowledge_of(const PinnedPackage* pin, const std::string& package,
                         const PackageList& list) {
  if (pin == nullptr || !pin->is_in_service) {
    return "it is not known whether the service's image has " + package;
  }
  const std::string version = pin->service_version.empty() ? ", in a version that was not seen"
                                                           : ' ' + pin->service_version;
  return "the service's image has " + package + version + " (" + list.source + ")";
}

/// Whether one letter is missing, additional, another one, or exchanged with its neighbour. Texts
/// from programs can be long, so the lengths are compared first.
bool differ_by_one_slip(std::string_view a, std::string_view b) {
  const bool is_close = a.size() <= b.size() + 1 && b.size() <= a.size() + 1;
  return is_close && edit_distance(a, b) == 1;
}

/// The usual name of the module of a package.
std::string module_named_like(std::string package) {
  std::replace(package.begin(), package.end(), '-', '_');
  return package;
}

/// The name of the module of a package whose name was imported; empty if that is right, or unknown.
std::string real_module(std::string_view module, const std::string& package,
                        const PackageList& list) {
  std::string real;
  for (const auto& [name, owner] : list.packages_of_modules) {
    if (owner != package) continue;
    if (real.empty() || boost::algorithm::iequals(name, module)) real = name;
  }
  if (!real.empty()) return real;
  if (find_pinned(list, package) == nullptr) return {};
  real = module_named_like(package);
  return real == module ? std::string() : real;
}

/// A known module that can be meant; empty if there is none. Short names are too much alike.
std::string similar_module(std::string_view module, const PackageList& list) {
  constexpr std::size_t kShortest = 4;
  if (module.size() < kShortest) return {};
  for (const PinnedPackage& pin : list.packages) {
    const std::string name = module_named_like(normalized_name(pin.name));
    if (differ_by_one_slip(module, name)) return name;
  }
  for (const auto& [name, package] : list.packages_of_modules) {
    if (name.size() >= kShortest && differ_by_one_slip(module, name)) return name;
  }
  return {};
}

}  // namespace

std::optional<std::string> missing_module(std::string_view traceback) {
  if (!take(traceback, "No module named '")) return std::nullopt;
  const std::string_view module = traceback.substr(0, traceback.find('\''));
  if (!is_identifier(module) || !take(traceback, std::string(module) + "'-----")) {
    return std::nullopt;
  }
  traceback.remove_prefix(std::min(traceback.find('\n'), traceback.size()));
  if (!take(traceback, "\nModuleNotFoundError ")) return std::nullopt;
  return std::string(module);
}

std::string advice_on_missing(std::string_view module, const PackageList& list) {
  if (list.python_modules.contains(module)) {
    return std::string(module) +
           " is a part of Python that the sessions here do not have; no package adds it";
  }
  const auto renamed = list.packages_of_modules.find(module);
  const bool has_own_name = renamed == list.packages_of_modules.end();
  const std::string package = has_own_name ? normalized_name(module) : renamed->second;
  if (package.empty()) {
    return "many packages have a part of the module " + std::string(module) +
           "; `dynsessions packages add NAME` adds the one that is needed";
  }
  const PinnedPackage* pin = find_pinned(list, package);
  if (has_own_name) {
    if (const std::string real = real_module(module, package, list); !real.empty()) {
      return "the package " + package + " is imported as " + real + ", not as " +
             std::string(module);
    }
  }
  const bool has_version = pin != nullptr && !pin->service_version.empty();
  const std::string wanted = has_version ? package + "==" + pin->service_version : package;
  const std::string similar = has_own_name && !pin ? similar_module(module, list) : std::string();
  // A name that was mistyped can be that of a hostile package.
  const std::string if_meant = similar.empty() ? "" : "if not " + similar + " is meant, ";
  return knowledge_of(pin, package, list) + "; " + if_meant + "`dynsessions packages add " +
         wanted + "` adds it to the sessions of servers that are started afterwards";
}

}  // namespace dynsessions::packages
