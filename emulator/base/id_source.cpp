#include "emulator/base/id_source.h"

#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid.hpp>
#include <boost/uuid/uuid_io.hpp>

#include "emulator/base/identifiers.h"

namespace dynsessions {
namespace {

/// Purposes contain identifiers, which come from the network. Purposes beyond this number share one
/// counter.
constexpr std::size_t kMostPurposes = 100'000;

}  // namespace

std::string IdSource::next(const std::string& purpose) {
  if (!seed_) return random_uuid();
  const bool fits = counts_.size() < kMostPurposes || counts_.contains(purpose);
  const std::string& counted = fits ? purpose : std::string();
  const std::string name =
      std::to_string(*seed_) + '/' + std::to_string(counts_[counted]++) + '/' + counted;
  boost::uuids::uuid id = boost::uuids::name_generator_sha1(boost::uuids::ns::oid())(name);
  // Set version and variant as in a random UUID.
  constexpr std::uint8_t kVersionByte = 6;
  id.data[kVersionByte] = static_cast<std::uint8_t>((id.data[kVersionByte] & 0x0F) | 0x40);
  return to_string(id);
}

}  // namespace dynsessions
