#include "emulator/cli/az_place.h"

#include <filesystem>

namespace dynsessions::cli {

client_environment::AzStandIn az_stand_in_of(const Invocation& call) {
  using Place = client_environment::AzStandIn::Place;
  const auto directory = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  client_environment::AzStandIn found{(directory / "az-stand-in").string(), Place::last};
  const auto flag = call.flags.find(kAzStandInFlag.name);
  if (flag == call.flags.end()) return found;
  if (flag->second == "first") found.place = Place::first;
  if (flag->second == "off") found.place = Place::off;
  return found;
}

}  // namespace dynsessions::cli
