#include "emulator/conformance/run/redaction.h"

#include "tests/support/catch.h"

namespace dynsessions::conformance {
namespace {

const std::string kEndpoint =
    "https://westeurope.example.io/subscriptions/0b1c2d3e-0000-4000-8000-000000000001/"
    "resourceGroups/payroll/sessionPools/list";

const std::string kToken = "a-secret-of-16-ch";

TEST_CASE("secrets are removed from a report", "[conformance]") {
  const Redaction redaction(kToken, kEndpoint);
  struct Row {
    std::string what, text, expected;
  };
  const auto row = GENERATE(values<Row>({
      {"the token", "Bearer a-secret-of-16-ch!", "Bearer $TOKEN!"},
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

TEST_CASE("a short token is no secret, since ordinary words hold it", "[conformance]") {
  const Redaction redaction("fifteen-letters", "");
  CHECK(redaction.text("Bearer fifteen-letters") == "Bearer fifteen-letters");
  CHECK_FALSE(redaction.leak_in("Bearer fifteen-letters"));
}

TEST_CASE("a finished report is looked over once more", "[conformance]") {
  const Redaction redaction(kToken, kEndpoint);
  CHECK_FALSE(redaction.leak_in("execute.print@2024-10-02-preview is the same, guid-12345678"));
  const auto [secret, kind] = GENERATE(table<std::string, std::string>({
      {kToken, "the token"},
      {"westeurope.example.io", "the endpoint's host"},
      {"11111111-2222-3333-4444-555555555555", "a guid"},
      {"eyJhbGciOiJub25l.eyJhdWQiOiJodHRwczov.x", "a token"},
  }));
  DYNAMIC_SECTION(kind) { CHECK(redaction.leak_in("before " + secret + " behind") == kind); }
}

}  // namespace
}  // namespace dynsessions::conformance
