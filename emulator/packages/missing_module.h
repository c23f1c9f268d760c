#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "emulator/packages/package_list.h"

namespace dynsessions::packages {

/// Bytes from the beginning of a traceback that are enough to find the missing module.
inline constexpr std::size_t kTracebackBytes = 400;

/// Returns the module that a program could not import, if that is why it failed. `traceback` is the
/// text of its exception directly followed by IPython's traceback. Returns nullopt for a part of an
/// installed package, such as `numpy.nothing`. An ImportError that the program raised itself looks
/// the same.
[[nodiscard]] std::optional<std::string> missing_module(std::string_view traceback);

/// Whether the service is known to have the module, and how its package gets into sessions here.
/// ASCII of one line.
[[nodiscard]] std::string advice_on_missing(std::string_view module, const PackageList& list);

}  // namespace dynsessions::packages
