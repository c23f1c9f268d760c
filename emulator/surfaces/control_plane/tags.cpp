#include "emulator/surfaces/control_plane/tags.h"

#include <string>

#include "emulator/base/printable.h"
#include "emulator/base/utf8.h"

/// api-spec/CONTROL-PLANE.md section 1.2: the limits are documented, the code is a guess.
namespace dynsessions::surfaces::control_plane {
namespace {

constexpr std::size_t kMostTags = 50;
constexpr std::size_t kLongestTagName = 512;
constexpr std::size_t kLongestTagValue = 256;

}  // namespace

void check_tags(const ArmObject& root, const Tags& tags) {
  constexpr std::size_t kShown = 40;
  if (tags.size() > kMostTags) {
    root.refuse("tags", "has " + std::to_string(tags.size()) + " tags, but can have at most " +
                            std::to_string(kMostTags) + ".");
  }
  for (const auto& [name, value] : tags) {
    const std::string shown = "tags." + printable(name, kShown);
    if (count_characters(name) > kLongestTagName) {
      root.refuse(shown, "has a name of " + std::to_string(count_characters(name)) +
                             " characters, but can have at most " +
                             std::to_string(kLongestTagName) + ".");
    }
    if (count_characters(value) > kLongestTagValue) {
      root.refuse(shown, "has a value of " + std::to_string(count_characters(value)) +
                             " characters, but can have at most " +
                             std::to_string(kLongestTagValue) + ".");
    }
  }
}

}  // namespace dynsessions::surfaces::control_plane
