#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "emulator/packages/package_list.h"

namespace dynsessions::packages {

/// Of the beginning of a traceback, these bytes are enough to see what is missing.
inline constexpr std::size_t kTracebackBytes = 400;

/// The module that a program could not import, if that is how it failed: `traceback` is the text of
/// its exception directly followed by IPython's traceback. nullopt for a part of a package that is
/// there, such as `numpy.nothing`. What a program raised itself is not told from a real failure.
[[nodiscard]] std::optional<std::string> missing_module(std::string_view traceback);

/// Whether the service is known to have the module, and how its package gets into sessions here.
/// ASCII of one line.
[[nodiscard]] std::string advice_on_missing(std::string_view module, const PackageList& list);

}  // namespace dynsessions::packages
