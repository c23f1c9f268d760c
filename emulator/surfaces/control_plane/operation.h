#pragma once

#include <string>

#include <boost/asio/awaitable.hpp>

#include "emulator/http/filter.h"
#include "emulator/http/router.h"
#include "emulator/surfaces/control_plane/arm_error.h"
#include "emulator/surfaces/control_plane/services.h"

namespace dynsessions::surfaces::control_plane {

/// One request. Lives in the frame of ControlPlane::handle(), so operations can keep references to
/// it across co_await.
struct ArmCall {
  const Services& services;
  http::Call& http;
  Scope scope;  ///< scope that the path names; no subscription: the tenant
  const http::PathParameters& parameters;
  const Caller& caller;

  /// Value of `api-version`; empty if the request has none.
  [[nodiscard]] std::string api_version() const;
};

using ArmAnswer = ArmResult<http::Response>;
using Operation = boost::asio::awaitable<ArmAnswer>(ArmCall& call);

// cloud_operations.cpp
Operation get_cloud_metadata;
Operation list_tenants;
Operation list_subscriptions;
Operation get_subscription;
Operation list_locations;
Operation list_providers;
Operation get_provider;
Operation register_provider;

// group_operations.cpp
Operation list_groups;
Operation get_group;
Operation put_group;
Operation patch_group;
Operation delete_group;
Operation list_resources;

// pool_operations.cpp
Operation list_pools;
Operation get_pool;
Operation put_pool;
Operation patch_pool;
Operation delete_pool;
Operation get_mcp_credentials;
Operation get_environment;

// role_operations.cpp
Operation list_role_definitions;
Operation get_role_definition;
Operation list_role_assignments;
Operation get_role_assignment;
Operation put_role_assignment;
Operation delete_role_assignment;

// operation_results.cpp
Operation get_operation_status;
Operation get_operation_result;

}  // namespace dynsessions::surfaces::control_plane
