#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "emulator/auth/token_check.h"

namespace dynsessions::pools {

/// The resource that a pool is. Azure compares these names without regard to case.
struct PoolName {
  std::string subscription = "00000000-0000-0000-0000-000000000000";
  std::string resource_group = "local";
  std::string name = "default";

  /// All three in lower case: the key of a catalog.
  [[nodiscard]] std::string key() const;
  /// "/subscriptions/…/resourceGroups/…/sessionPools/…": the pool's path on the data plane.
  [[nodiscard]] std::string path() const;
  bool operator==(const PoolName&) const = default;
};

/// `containerType` of the resource.
enum class ContainerType {
  python_lts,        ///< runs here: PythonRuntime (emulator/runtimes/)
  custom_container,  ///< kept and shown by the control plane; its sessions cannot run here
};
[[nodiscard]] std::string name_of(ContainerType type);

/// `sessionNetworkConfiguration.status` of the resource.
enum class NetworkStatus { egress_disabled, egress_enabled };
[[nodiscard]] std::string name_of(NetworkStatus status);

/// Everything in which session pools can differ: a value that is compared, printed, and read from
/// JSON (pool_members.h). Config file, options of the default pool, admin API and ARM make it.
struct PoolDefinition {
  PoolName id = {};
  std::string location = "local";
  ContainerType container_type = ContainerType::python_lts;
  /// ARM id of the environment of a pool of custom containers; otherwise empty. Only ARM sets it.
  std::string environment_id = {};
  std::uint32_t max_sessions = 100;           ///< maximum concurrent sessions
  std::uint32_t ready_sessions = 1;           ///< interpreters that are started in advance
  std::chrono::seconds cooldown_period{300};  ///< idle time after which a session ends
  NetworkStatus network_status = NetworkStatus::egress_disabled;
  auth::TokenRule auth = auth::TokenRule::any;  ///< rule for the tokens of requests

  // Limits of each session.
  std::uint32_t data_quota_mb = 1024;    ///< MiB in /mnt/data
  std::uint32_t max_files = 65'536;      ///< files and directories in /mnt/data
  std::uint32_t tmp_quota_mb = 256;      ///< MiB in /tmp
  std::uint32_t shm_quota_mb = 64;       ///< MiB in /dev/shm
  std::uint32_t memory_limit_mb = 2048;  ///< MiB, in addition to the memory of its files
  std::uint32_t max_processes = 256;     ///< processes and threads
  std::uint32_t max_open_files = 1024;   ///< of each process
  std::uint32_t cpu_hundredths = 200;    ///< CPU time per wall-clock time: 100 is one CPU

  /// Whether the emulator can run sessions of this container type.
  [[nodiscard]] bool can_run() const { return container_type == ContainerType::python_lts; }
  bool operator==(const PoolDefinition&) const = default;
};

}  // namespace dynsessions::pools
