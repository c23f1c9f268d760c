#include "emulator/packages/missing_module.h"

#include <algorithm>
#include <utility>

#include <boost/algorithm/string/predicate.hpp>

#include "emulator/base/edit_distance.h"
#include "emulator/packages/package_name.h"

namespace dynsessions::packages {
namespace {

constexpr std::size_t kLongestModule = 100;

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// Whether the text can be the path of a module, or the name of a package in its place: that can
/// have dashes.
bool is_module_path(std::string_view text) {
  const auto is_part = [](char c) {
    return is_letter_or_digit(c) || c == '_' || c == '-' || c == '.';
  };
  const bool begins_well = !text.empty() && (is_letter_or_digit(text[0]) || text[0] == '_') &&
                           !(text[0] >= '0' && text[0] <= '9');
  return begins_well && text.size() <= kLongestModule &&
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

/// Python does not look for modules there by itself.
constexpr const char* kUploadsFirst = "run `import sys; sys.path.append('/mnt/data')` first";

/// Sentences about one module.
struct Advisor {
  const std::string module;
  const PackageList& list;
  const std::string_view add_command;

  [[nodiscard]] std::string knowledge_of(const std::string& package) const {
    const PinnedPackage* pin = find_pinned(list, package);
    if (pin == nullptr || !pin->is_in_service) {
      return "it is not known whether the service's image has " + package;
    }
    const std::string version = pin->service_version.empty() ? ", in a version that was not seen"
                                                             : ' ' + pin->service_version;
    return "the service's image has " + package + version + " (" + list.source + ")";
  }

  [[nodiscard]] std::string command_for(const std::string& package) const {
    const PinnedPackage* pin = find_pinned(list, package);
    const std::string version = pin == nullptr ? std::string() : pin->service_version;
    return '`' + std::string(add_command) + ' ' + package + (version.empty() ? "" : "==") +
           version + "` adds it to new sessions";
  }

  [[nodiscard]] std::string about_package(const std::string& package) const {
    if (list.windows_packages.contains(package)) {
      return module + " is a part of " + package + ", which is for Windows; sessions run on Linux";
    }
    return knowledge_of(package) + "; " + command_for(package);
  }

  /// For the name of a package, and for other mistaken names.
  [[nodiscard]] std::string about_mistake(const std::string& what, const std::string& real) const {
    std::string text = what + " is imported as " + real + ", not as " + module;
    const auto owner = list.packages_of_modules.find(real);
    const bool is_here =
        owner == list.packages_of_modules.end() || find_pinned(list, owner->second) != nullptr;
    return is_here ? text : text + "; " + about_package(owner->second);
  }

  [[nodiscard]] std::string about_shared() const {
    return "many packages have a part of the module " + module + ": " +
           list.shared_modules.find(module)->second + "; `" + std::string(add_command) +
           " NAME` adds one to new sessions";
  }

  [[nodiscard]] std::string about_own_file() const {
    return "a module " + module + " is usually a file of the project: upload " + module +
           ".py, and " + kUploadsFirst;
  }

  [[nodiscard]] std::string about_unknown(const std::string& package) const {
    const std::string similar = similar_module(module, list);
    // A mistyped name can belong to a hostile package.
    const std::string if_meant = similar.empty() ? "" : "if not " + similar + " is meant, ";
    return knowledge_of(package) + "; " + if_meant + command_for(package) + "; if it is a file " +
           module + ".py of the project, upload it, and " + kUploadsFirst;
  }
};

/// Names of packages begin and end with a letter or a digit.
bool can_be_package(std::string_view name) {
  return is_letter_or_digit(name.front()) && is_letter_or_digit(name.back());
}

}  // namespace

std::optional<std::string> missing_module(std::string_view traceback) {
  if (!take(traceback, "No module named '")) return std::nullopt;
  const std::string_view module = traceback.substr(0, traceback.find('\''));
  if (!is_module_path(module) || !take(traceback, std::string(module) + "'-----")) {
    return std::nullopt;
  }
  traceback.remove_prefix(std::min(traceback.find('\n'), traceback.size()));
  if (!take(traceback, "\nModuleNotFoundError ")) return std::nullopt;
  return std::string(module);
}

std::string advice_on_missing(std::string_view module, const PackageList& list,
                              std::string_view add_command) {
  const Advisor advisor{std::string(module), list, add_command};
  if (list.python_modules.contains(module)) {
    return advisor.module +
           " is a part of Python that the sessions here do not have; no package adds it";
  }
  const auto owner = list.packages_of_modules.find(module);
  if (owner != list.packages_of_modules.end()) return advisor.about_package(owner->second);
  if (list.shared_modules.contains(module)) return advisor.about_shared();
  const auto mistake = list.mistaken_modules.find(module);
  if (mistake != list.mistaken_modules.end()) {
    return advisor.about_mistake(advisor.module, mistake->second);
  }
  if (module.find('.') != std::string_view::npos) return {};
  if (list.own_modules.contains(module)) return advisor.about_own_file();
  if (!can_be_package(module)) return "no package is known to have a module " + advisor.module;
  const std::string package = normalized_name(module);
  const std::string real = real_module(module, package, list);
  if (!real.empty()) return advisor.about_mistake("the package " + package, real);
  if (find_pinned(list, package) != nullptr) return advisor.about_package(package);
  if (module.find('-') != std::string_view::npos) {
    return advisor.about_mistake("a package " + package, module_named_like(package));
  }
  return advisor.about_unknown(package);
}

}  // namespace dynsessions::packages
