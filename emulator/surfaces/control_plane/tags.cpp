#include "emulator/surfaces/control_plane/tags.h"

#include <string>

#include "emulator/base/printable.h"

/// api-spec/CONTROL-PLANE.md section 1.2: the limits are documented, the code is a guess.
namespace dynsessions::surfaces::control_plane {
namespace {

constexpr std::size_t kMostTags = 50;
constexpr std::size_t kLongestTagName = 512;
constexpr std::size_t kLongestTagValue = 256;

/// Characters of UTF-8.
std::size_t length_of(const std::string& text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
  return count;
}

}  // namespace

void check_tags(const ArmObject& root, const Tags& tags) {
  constexpr std::size_t kShown = 40;
  if (tags.size() > kMostTags) {
    root.refuse("tags", "has " + std::to_string(tags.size()) + " tags, but can have at most " +
                            std::to_string(kMostTags) + ".");
  }
  for (const auto& [name, value] : tags) {
    const std::string shown = "tags." + printable(name, kShown);
    if (length_of(name) > kLongestTagName) {
      root.refuse(shown, "has a name of " + std::to_string(length_of(name)) +
                             " characters, but can have at most " +
                             std::to_string(kLongestTagName) + ".");
    }
    if (length_of(value) > kLongestTagValue) {
      root.refuse(shown, "has a value of " + std::to_string(length_of(value)) +
                             " characters, but can have at most " +
                             std::to_string(kLongestTagValue) + ".");
    }
  }
}

}  // namespace dynsessions::surfaces::control_plane
