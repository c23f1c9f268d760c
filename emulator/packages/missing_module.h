#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "emulator/packages/package_list.h"

namespace dynsessions::packages {

/// Bytes from the beginning of a traceback that are enough to find the missing module.
inline constexpr std::size_t kTracebackBytes = 400;

/// Returns the module that a program could not import, if that is why it failed: `plotly`, or
/// `google.genai` if another package with a part of `google` is installed. `traceback` is the text
/// of its exception directly followed by IPython's traceback. Returns nullopt for names that no
/// package could have. An ImportError that the program raised itself looks the same.
[[nodiscard]] std::optional<std::string> missing_module(std::string_view traceback);

/// Whether the service is known to have the module, and how its package gets into sessions here:
/// with `add_command`, which adds packages to this server. ASCII of one line. Empty for a part of
/// an installed package, such as `numpy.nothing`.
[[nodiscard]] std::string advice_on_missing(std::string_view module, const PackageList& list,
                                            std::string_view add_command);

}  // namespace dynsessions::packages
