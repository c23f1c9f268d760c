#include "tests/unit/auth/tokens.h"

#include "emulator/auth/base64url.h"

namespace dynsessions::auth {

std::string token_around(std::string_view payload) {
  return encode_base64url(R"({"typ":"JWT","alg":"RS256","kid":"x"})") + '.' +
         encode_base64url(payload) + ".c2lnbmF0dXJl";
}

std::string payload_with(std::string_view members) {
  // If an object has equal names, the last one counts.
  std::string payload = R"({"aud":"https://dynamicsessions.io","exp":1731319502,)"
                        R"("nbf":1731315902,"oid":"somebody","sub":"pairwise","appid":"an-app",)"
                        R"("roles":["Azure ContainerApps Session Executor"])";
  if (!members.empty()) payload.append(",").append(members);
  return payload + '}';
}

}  // namespace dynsessions::auth
