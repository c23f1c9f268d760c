#include "sandbox/tiers/namespaced/zygote_demand.h"

#include "tests/support/catch.h"

namespace dynsessions::sandbox {
namespace {

using std::chrono::seconds;

const ZygoteDemand::Time kBegin{seconds(1000)};

}  // namespace

TEST_CASE("a profile that was never used needs no zygote", "[zygote]") {
  ZygoteDemand demand(seconds(60));
  demand.note(false, kBegin);
  CHECK_FALSE(demand.is_wanted());
  CHECK_FALSE(demand.deadline());
}

TEST_CASE("a zygote is wanted at once, and until the profile was unused for the period",
          "[zygote]") {
  ZygoteDemand demand(seconds(60));
  demand.note(true, kBegin);
  CHECK(demand.is_wanted());
  CHECK_FALSE(demand.deadline());
  demand.note(true, kBegin + seconds(600));
  CHECK(demand.is_wanted());

  demand.note(false, kBegin + seconds(601));
  CHECK(demand.is_wanted());
  CHECK(demand.deadline() == kBegin + seconds(661));
  demand.note(false, kBegin + seconds(660));
  CHECK(demand.is_wanted());
  demand.note(false, kBegin + seconds(661));
  CHECK_FALSE(demand.is_wanted());
  CHECK_FALSE(demand.deadline());
}

TEST_CASE("use within the period starts it again", "[zygote]") {
  ZygoteDemand demand(seconds(60));
  demand.note(true, kBegin);
  demand.note(false, kBegin);
  demand.note(true, kBegin + seconds(59));
  CHECK_FALSE(demand.deadline());
  demand.note(false, kBegin + seconds(59));
  demand.note(false, kBegin + seconds(118));
  CHECK(demand.is_wanted());
  demand.note(false, kBegin + seconds(119));
  CHECK_FALSE(demand.is_wanted());
}

TEST_CASE("a profile that is used again after the period needs a zygote again", "[zygote]") {
  ZygoteDemand demand(seconds(60));
  demand.note(true, kBegin);
  demand.note(false, kBegin);
  demand.note(false, kBegin + seconds(60));
  demand.note(true, kBegin + seconds(61));
  CHECK(demand.is_wanted());
}

TEST_CASE("without a period a zygote is not kept at all", "[zygote]") {
  ZygoteDemand demand(seconds(0));
  demand.note(true, kBegin);
  CHECK(demand.is_wanted());
  demand.note(false, kBegin);
  CHECK_FALSE(demand.is_wanted());
}

}  // namespace dynsessions::sandbox
