#include "emulator/app/descriptors.h"

#include "tests/support/catch.h"

namespace dynsessions {
namespace {

TEST_CASE("connections leave most descriptors to sessions", "[app][descriptors]") {
  CHECK(server_limits(1'000'000).max_connections == net::ServerLimits().max_connections);
  CHECK(server_limits(1024).max_connections == 128);
  CHECK(server_limits(256).max_connections == 32);
  CHECK(server_limits(0).max_connections == 1);
}

TEST_CASE("more descriptors are enough for more sessions", "[app][descriptors]") {
  CHECK(sessions_within(0) == 0);
  CHECK(sessions_within(256) >= 15);
  CHECK(sessions_within(256) < 30);
  CHECK(sessions_within(1024) >= 100);  // the default maximum fits into the usual soft limit
  CHECK(sessions_within(524'288) > 10'000);
}

TEST_CASE("too few descriptors are reported with numbers and cure", "[app][descriptors]") {
  const DescriptorShortage shortage = descriptor_shortage(256, 100);
  CHECK_THAT(shortage.finding, Catch::Contains("256 open files") && Catch::Contains("up to 100"));
  CHECK_THAT(shortage.cure, Catch::Contains("ulimit"));
  CHECK(descriptor_shortage(524'288, 100).finding.empty());
  CHECK(descriptor_shortage(256, 10).finding.empty());
}

TEST_CASE("the sessions of all pools count, and a redefined default pool once",
          "[app][descriptors]") {
  config::Config config;
  config.pool.max_sessions = 100;
  CHECK(most_sessions(config) == 100);
  pools::PoolDefinition other = config.pool;
  other.id.name = "other";
  other.max_sessions = 7;
  config.pools.push_back(other);
  CHECK(most_sessions(config) == 107);
  pools::PoolDefinition redefined = config.pool;
  redefined.max_sessions = 5;
  config.pools.push_back(redefined);
  CHECK(most_sessions(config) == 12);
}

}  // namespace
}  // namespace dynsessions
