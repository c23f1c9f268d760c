#include "emulator/tls/trust_advice.h"

#include "tests/support/catch.h"

namespace dynsessions::tls {
namespace {

TEST_CASE("the advice begins with the path alone and has a line for each kind of client",
          "[tls][advice]") {
  const std::string advice = trust_advice("/state/ca.pem", "/state/store.p12");
  CHECK_THAT(advice, Catch::StartsWith("/state/ca.pem\n"));
  const std::string line =
      GENERATE(as<std::string>(),
               "Python   export REQUESTS_CA_BUNDLE=/state/ca.pem SSL_CERT_FILE=/state/ca.pem\n",
               "Node     export NODE_EXTRA_CA_CERTS=/state/ca.pem\n",
               ".NET     export SSL_CERT_FILE=/state/ca.pem\n",
               "Java     export JAVA_TOOL_OPTIONS='-Djavax.net.ssl.trustStore=\"/state/store.p12\" "
               "-Djavax.net.ssl.trustStoreType=PKCS12'\n",
               "curl     curl --cacert /state/ca.pem");
  CHECK_THAT(advice, Catch::Contains("\n  " + line));
}

TEST_CASE("a path that a shell would split is quoted in commands to copy", "[tls][advice]") {
  const std::string advice = trust_advice("/my state/it's/ca.pem", "/state/store.p12");
  CHECK_THAT(advice, Catch::StartsWith("/my state/it's/ca.pem\n"));
  CHECK_THAT(advice, Catch::Contains("NODE_EXTRA_CA_CERTS='/my state/it'\\''s/ca.pem'\n"));
}

}  // namespace
}  // namespace dynsessions::tls
