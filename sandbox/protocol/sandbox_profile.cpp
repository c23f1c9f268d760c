#include "sandbox/protocol/sandbox_profile.h"

#include <stdexcept>

#include <nlohmann/json.hpp>

namespace dynsessions::sandbox {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ReadOnlyBind, source, target)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Limits, data_bytes, data_inodes, tmp_bytes, shared_memory_bytes,
                                   processes, open_files, memory_bytes, cpu_hundredths)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(SandboxProfile, binds, interpreter, zygote, packages,
                                   environment, limits, egress_program, path_library)

std::string to_json(const SandboxProfile& profile) { return nlohmann::json(profile).dump(); }

SandboxProfile sandbox_profile_from_json(const std::string& text) {
  try {
    return nlohmann::json::parse(text).get<SandboxProfile>();
  } catch (const nlohmann::json::exception& error) {
    throw std::runtime_error(std::string("sandbox profile: ") + error.what());
  }
}

}  // namespace dynsessions::sandbox
