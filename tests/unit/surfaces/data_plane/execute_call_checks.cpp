#include "tests/unit/surfaces/data_plane/execute_call_checks.h"

#include "tests/support/catch.h"

namespace dynsessions::surfaces::data_plane::executions {

void check_accepted(const Accepted& row, const VersionTable& versions) {
  const auto call = parse_execute_call(route_of(row.line, versions), row.body);
  REQUIRE(call);
  CHECK(call->request.code == row.code);
  CHECK(call->request.timeout == row.timeout);
  CHECK(call->execution_type == row.execution_type);
  CHECK(call->identifier == row.identifier);
}

void check_refused(const Refused& row, const VersionTable& versions) {
  const auto call = parse_execute_call(route_of(row.line, versions), row.body);
  REQUIRE_FALSE(call);
  CHECK(call.error().code == row.code);
  CHECK(call.error().target == row.target);
  CHECK_FALSE(call.error().message.empty());
}

}  // namespace dynsessions::surfaces::data_plane::executions
