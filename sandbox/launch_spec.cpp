#include "sandbox/launch_spec.h"

#include <stdexcept>

#include <nlohmann/json.hpp>

namespace dynsessions::sandbox {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ReadOnlyBind, source, target)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Limits, data_bytes, data_inodes, tmp_bytes, shared_memory_bytes,
                                   processes, open_files, memory_bytes)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(LaunchSpec, binds, interpreter, zygote, packages, environment,
                                   limits, egress_program, session_uid, session_gid)

std::string to_json(const LaunchSpec& spec) { return nlohmann::json(spec).dump(); }

LaunchSpec launch_spec_from_json(const std::string& text) {
  try {
    return nlohmann::json::parse(text).get<LaunchSpec>();
  } catch (const nlohmann::json::exception& error) {
    throw std::runtime_error(std::string("launch spec: ") + error.what());
  }
}

}  // namespace dynsessions::sandbox
