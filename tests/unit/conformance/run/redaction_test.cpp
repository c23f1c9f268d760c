#include "emulator/conformance/run/redaction.h"

#include "tests/support/catch.h"

namespace dynsessions::conformance {
namespace {

const std::string kEndpoint =
    "https://westeurope.example.io/subscriptions/0b1c2d3e-0000-4000-8000-000000000001/"
    "resourceGroups/payroll/sessionPools/list";

TEST_CASE("what must not be in a report is taken out", "[conformance]") {
  const Redaction redaction("s3cret", kEndpoint);
  struct Row {
    std::string what, text, expected;
  };
  const auto row = GENERATE(values<Row>({
      {"the token", "Bearer s3cret!", "Bearer $TOKEN!"},
      {"another web token", "eyJhbGciOiJub25l.eyJhdWQiOiJodHRwczov.", "$TOKEN"},
      {"the endpoint", kEndpoint + "/files", "$ENDPOINT/files"},
      {"its host and port", "westeurope.example.io:443: refused", "$HOST: refused"},
      {"names in its path", "pool list of payroll", "pool $NAME of $NAME"},
      {"but not inside words", "the listed payroll-2", "the listed payroll-2"},
      {"a mail address", "by jo.d@example.com", "by $MAIL"},
      {"the guid of zeros stays", "00000000-0000-0000-0000-000000000000",
       "00000000-0000-0000-0000-000000000000"},
      {"an id of a case stays", "execute.print@2024-10-02-preview",
       "execute.print@2024-10-02-preview"},
  }));
  DYNAMIC_SECTION(row.what) { CHECK(redaction.text(row.text) == row.expected); }
}

TEST_CASE("guids are replaced so that equal ones stay equal", "[conformance]") {
  const Redaction redaction("t", "");
  const std::string one = redaction.text("a=11111111-2222-3333-4444-555555555555");
  CHECK(one.find("11111111-2222") == std::string::npos);
  CHECK(one == redaction.text("a=11111111-2222-3333-4444-555555555555"));
  CHECK(one != redaction.text("a=11111111-2222-3333-4444-555555555556"));
}

TEST_CASE("a finished report is looked over once more", "[conformance]") {
  const Redaction redaction("s3cret", kEndpoint);
  CHECK_FALSE(redaction.leaks_in("execute.print@2024-10-02-preview is the same, guid-12345678"));
  const std::string leak =
      GENERATE(as<std::string>(), "s3cret", "westeurope.example.io",
               "11111111-2222-3333-4444-555555555555", "eyJhbGciOiJub25l.eyJhdWQiOiJodHRwczov.x");
  DYNAMIC_SECTION(leak) { CHECK(redaction.leaks_in("before " + leak + " behind")); }
}

}  // namespace
}  // namespace dynsessions::conformance
