#pragma once

#include <map>
#include <string>
#include <string_view>

#include "emulator/surfaces/control_plane/arm_error.h"

namespace dynsessions::surfaces::control_plane {

/// The comparisons of a `$filter`, by lower-case name.
struct ODataFilter {
  std::map<std::string, std::string> equal;  ///< name eq 'value', joined by `and`
  bool at_scope = false;                     ///< atScope()
  std::string assigned_to = {};              ///< assignedTo('…')

  /// Empty if the filter does not compare the name.
  [[nodiscard]] std::string value_of(const std::string& name) const;
};

/// Reads comparisons by `eq`, joined by `and`. `InvalidFilterInQueryString` for anything else, and
/// for a name that is not in `names`, a list in lower case separated by spaces.
[[nodiscard]] ArmResult<ODataFilter> parse_odata_filter(std::string_view text,
                                                        std::string_view names);

}  // namespace dynsessions::surfaces::control_plane
