#include "emulator/doctor/client.h"

#include <algorithm>
#include <set>
#include <utility>

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/algorithm/string/join.hpp>
#include <boost/algorithm/string/predicate.hpp>
#include <boost/algorithm/string/split.hpp>

#include "emulator/client_environment/variables.h"
#include "emulator/doctor/client_requests.h"
#include "emulator/net/client/http_url.h"

namespace dynsessions::doctor {
namespace {

constexpr const char* kSetAll =
    "eval \"$(dynsessions env)\", or run the client with `dynsessions exec`";

/// Returns the URL up to the name of the pool; empty if no pool is named.
std::string up_to_pool(const std::string& url, const std::string& prefix) {
  std::vector<std::string> segments;
  boost::algorithm::split(segments, prefix, [](char c) { return c == '/'; });
  const auto label = std::find_if(segments.begin(), segments.end(), [](const std::string& one) {
    return boost::algorithm::iequals(one, "sessionPools");
  });
  if (label == segments.end() || label + 1 == segments.end()) return {};
  const std::vector<std::string> kept(segments.begin(), label + 2);
  return url.substr(0, url.find(prefix)) + boost::algorithm::join(kept, "/");
}

/// Checks the hosts of NO_PROXY: "*", or names with all names below them. Clients read the variable
/// in lower case first.
bool is_exempt(const std::string& host, const config::Environment& environment) {
  const std::string list = environment("no_proxy").value_or(environment("NO_PROXY").value_or(""));
  std::vector<std::string> names;
  boost::algorithm::split(names, list, [](char c) { return c == ',' || c == ' '; });
  return std::any_of(names.begin(), names.end(), [&host](std::string name) {
    if (name.starts_with('.')) name.erase(0, 1);
    return name == "*" || (!name.empty() && (host == name || host.ends_with("." + name)));
  });
}

}  // namespace

std::vector<EndpointVariable> endpoint_variables(const config::Environment& environment) {
  std::vector<EndpointVariable> found;
  const auto look_at = [&](std::string_view name) {
    const std::string value = environment(std::string(name)).value_or("");
    if (!value.empty()) found.push_back({std::string(name), value});
  };
  for (const std::string_view name : client_environment::kEndpointNames) look_at(name);
  look_at(client_environment::kHttpsEndpointName);
  return found;
}

Check check_endpoint(const EndpointVariable& variable) {
  const auto& [name, value] = variable;
  const auto url = net::HttpUrl::parse(value);
  if (!url) return client_check(name, Verdict::bad, url.error().message, kSetAll);
  if (name == client_environment::kHttpsEndpointName && !url->tls) {
    return client_check(name, Verdict::bad, value + ": the client takes https only",
                        "name the HTTPS port of the server: https://HOST:PORT" + url->prefix);
  }
  if (url->prefix.empty()) return client_check(name, Verdict::good, value + ", the default pool");
  const std::string pool = up_to_pool(value, url->prefix);
  if (pool.empty()) {
    return client_check(name, Verdict::bad, value + " ends before the name of a pool",
                        "add what is missing of "
                        "/subscriptions/ID/resourceGroups/NAME/sessionPools/NAME, or " +
                            std::string(kSetAll));
  }
  const std::size_t end = value.find(url->prefix) + url->prefix.size();
  if (pool.size() < end) {
    return client_check(name, Verdict::bad,
                        value + " continues after the name of the pool: clients add `" +
                            value.substr(pool.size()) + "` and similar paths themselves",
                        "export " + name + "=" + pool);
  }
  return client_check(name, Verdict::good, value);
}

Checks check_proxies(const std::string& host, const config::Environment& environment) {
  Checks checks;
  for (const std::string name : {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"}) {
    for (const std::string& spelling : {name, boost::algorithm::to_lower_copy(name)}) {
      if (environment(spelling).value_or("").empty()) continue;
      if (is_exempt(host, environment)) {
        checks.push_back(
            client_check(spelling, Verdict::good, "not used for " + host + " (NO_PROXY)"));
      } else {
        checks.push_back(client_check(
            spelling, Verdict::bad, "clients send requests for " + host + " to this proxy",
            "export NO_PROXY=127.0.0.1,localhost no_proxy=127.0.0.1,localhost, "
            "after what they have now"));
      }
    }
  }
  return checks;
}

Checks check_credentials(const config::Environment& environment) {
  Checks checks;
  for (const std::string_view name : client_environment::kMustBeUnset) {
    if (!environment(std::string(name))) continue;
    checks.push_back(
        client_check(std::string(name), Verdict::warning,
                     "is set, so a default credential can turn to Azure before it asks the "
                     "managed identity",
                     "unset " + std::string(name)));
  }
  return checks;
}

Checks examine_client(const config::Environment& environment) {
  const auto variables = endpoint_variables(environment);
  Checks checks;
  const auto append = [&checks](Checks more) {
    std::move(more.begin(), more.end(), std::back_inserter(checks));
  };
  if (variables.empty()) {
    checks.push_back(client_check("endpoint", Verdict::bad,
                                  "no variable names the endpoint of a pool, such as "
                                  "AZURE_POOL_MANAGEMENT_ENDPOINT",
                                  kSetAll));
  }
  std::set<std::string> usable;
  std::set<std::string> hosts;
  for (const EndpointVariable& variable : variables) {
    checks.push_back(check_endpoint(variable));
    if (checks.back().verdict == Verdict::bad) continue;
    usable.insert(variable.value);
    hosts.insert(net::HttpUrl::parse(variable.value)->host_name());
  }
  for (const std::string& host : hosts) append(check_proxies(host, environment));
  append(check_credentials(environment));
  const IdentityChecks identity = check_identity(environment);
  append(identity.checks);
  for (const std::string& endpoint : usable) {
    append(check_answers(endpoint, identity.token, environment));
  }
  return checks;
}

}  // namespace dynsessions::doctor
