#include "emulator/base/id_source.h"

#include "emulator/base/identifiers.h"
#include "tests/support/catch.h"

namespace dynsessions {
namespace {

TEST_CASE("ids of one seed follow from purpose and count alone", "[base][ids]") {
  IdSource one(7);
  IdSource other(7);
  const std::string first = one.next("a");
  (void)other.next("b");
  CHECK(other.next("a") == first);
  CHECK(one.next("a") != first);
  IdSource third(8);
  CHECK(third.next("a") != first);
}

TEST_CASE("an id with a seed has the form of a random one", "[base][ids]") {
  IdSource ids(0);
  const std::string id = ids.next("request");
  CHECK(is_uuid(id));
  CHECK(id[14] == '4');
}

TEST_CASE("ids without a seed are random", "[base][ids]") {
  IdSource ids;
  IdSource other;
  CHECK(ids.next("a") != other.next("a"));
}

}  // namespace
}  // namespace dynsessions
