#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace dynsessions::az_stand_in {

/// Values of `--output`, as in the Azure CLI. The forms with colors are written without colors.
inline constexpr std::string_view kOutputForms[] = {"json", "jsonc", "none", "table",
                                                    "tsv",  "yaml",  "yamlc"};

/// The order of the members of an object in tables and lines.
enum class Members {
  sorted,    ///< of an answer as it is
  as_asked,  ///< the order in which a query selected the members
};

/// The value in one of kOutputForms, as the Azure CLI writes it. Null is an empty text in each.
[[nodiscard]] std::string written_as(std::string_view form, const nlohmann::ordered_json& value,
                                     Members order);

}  // namespace dynsessions::az_stand_in
