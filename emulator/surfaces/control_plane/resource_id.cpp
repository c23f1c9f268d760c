#include "emulator/surfaces/control_plane/resource_id.h"

#include <algorithm>
#include <vector>

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/split.hpp>

#include "emulator/http/text.h"

namespace dynsessions::surfaces::control_plane {
namespace {

using http::iequals;
using IdSegments = std::vector<std::string>;

IdSegments segments_of(std::string_view text, char separator) {
  IdSegments segments;
  boost::algorithm::split(
      segments, text, [separator](char c) { return c == separator; },
      boost::algorithm::token_compress_on);
  segments.erase(std::remove(segments.begin(), segments.end(), ""), segments.end());
  return segments;
}

ArmError bad_id(std::string_view text) {
  return {400, "InvalidResourceId", "The id '" + std::string(text) + "' is not one of a resource.",
          "id"};
}

/// Reads type and name from the segments after `providers`: Microsoft.X, as, a, bs, b.
std::optional<ResourceId> after_providers(std::string scope, const IdSegments& segments,
                                          std::size_t begin) {
  const std::size_t count = segments.size() - begin;
  if (count < 3 || count % 2 == 0) return std::nullopt;
  ResourceId id{std::move(scope), segments[begin], {}};
  for (std::size_t i = begin + 1; i + 1 < segments.size(); i += 2) {
    id.type += '/' + segments[i];
    id.name += (id.name.empty() ? "" : "/") + segments[i + 1];
  }
  return id;
}

}  // namespace

std::string Scope::text() const {
  const std::string of_subscription = "/subscriptions/" + subscription;
  return group.empty() ? of_subscription : of_subscription + "/resourceGroups/" + group;
}

std::string Scope::key() const { return boost::algorithm::to_lower_copy(text()); }

std::string ResourceId::text() const {
  if (is_a(kResourceGroups)) return scope + "/resourceGroups/" + name;
  const IdSegments types = segments_of(type, '/');
  const IdSegments names = segments_of(name, '/');
  std::string text = scope + "/providers/" + (types.empty() ? "" : types.front());
  for (std::size_t i = 1; i < types.size(); ++i) {
    text += '/' + types[i];
    if (i <= names.size()) text += '/' + names[i - 1];
  }
  return text;
}

std::string ResourceId::key() const { return boost::algorithm::to_lower_copy(text()); }

bool ResourceId::is_a(std::string_view wanted_type) const { return iequals(type, wanted_type); }

ArmResult<ResourceId> ResourceId::parse(std::string_view text) {
  const IdSegments segments = segments_of(text, '/');
  if (!text.starts_with('/') || segments.size() < 2 || !iequals(segments[0], "subscriptions")) {
    return bad_id(text);
  }
  const std::string subscription = "/subscriptions/" + segments[1];
  if (segments.size() == 4 && iequals(segments[2], "resourceGroups")) {
    return ResourceId{subscription, std::string(kResourceGroups), segments[3]};
  }
  const auto last = std::find_if(segments.rbegin(), segments.rend(), [](const std::string& word) {
    return iequals(word, "providers");
  });
  if (last == segments.rend()) return bad_id(text);
  const auto begin = static_cast<std::size_t>(last.base() - segments.begin());
  std::string scope;
  for (std::size_t i = 0; i + 1 < begin; ++i) scope += '/' + segments[i];
  auto id = after_providers(std::move(scope), segments, begin);
  if (!id) return bad_id(text);
  return *std::move(id);
}

Scope scope_of(std::string_view text) {
  const IdSegments segments = segments_of(text, '/');
  if (segments.size() < 2 || !iequals(segments[0], "subscriptions")) return {};
  const bool has_group = segments.size() >= 4 && iequals(segments[2], "resourceGroups");
  return {segments[1], has_group ? segments[3] : ""};
}

bool is_within(std::string_view key, std::string_view scope_key) {
  return key.starts_with(scope_key) &&
         (key.size() == scope_key.size() || key[scope_key.size()] == '/');
}

ResourceId id_of(const pools::PoolName& pool) {
  return {Scope{pool.subscription, pool.resource_group}.text(), std::string(kSessionPools),
          pool.name};
}

pools::PoolName pool_name_of(const ResourceId& id) {
  const Scope scope = scope_of(id.scope);
  return {scope.subscription, scope.group, id.name};
}

}  // namespace dynsessions::surfaces::control_plane
