#include "emulator/surfaces/data_plane/sessions/session_wire.h"

#include "emulator/surfaces/data_plane/wire_text.h"

namespace dynsessions::surfaces::data_plane::sessions {
namespace {

void write_session(JsonWriter& json, const pools::SessionInfo& session) {
  json.begin_object().member("identifier", session.identifier.text());
  json.member("createdAt", wire_timestamp(session.created_at));
  json.member("lastAccessedAt", wire_timestamp(session.last_accessed_at));
  json.member("expireAt", wire_timestamp(session.expires_at));
  json.member("etag", session.guid).end_object();
}

/// The order is that of the documentation (section 3.1); it was never recorded.
void write_managed_session(JsonWriter& json, const pools::SessionInfo& session) {
  json.begin_object().member("identifier", session.identifier.text());
  json.member("etag", session.guid);
  json.member("expiresAt", wire_timestamp(session.expires_at));
  json.member("createdAt", wire_timestamp(session.created_at));
  json.member("lastAccessedAt", wire_timestamp(session.last_accessed_at)).end_object();
}

void write(JsonWriter& json, const Route& route, const pools::SessionInfo& session) {
  route.dialect == Dialect::flat ? write_session(json, session)
                                 : write_managed_session(json, session);
}

/// `/.management` is documented without `$id`, at versions that have it elsewhere (section 3.1).
ObjectIds object_ids(const Route& route) {
  return route.dialect == Dialect::flat ? route.version->object_ids : ObjectIds::absent;
}

}  // namespace

std::string session_json(const Route& route, const pools::SessionInfo& session) {
  JsonWriter json(object_ids(route));
  write(json, route, session);
  return json.take();
}

std::string session_page_json(const Route& route, const SessionPage& page) {
  const bool managed = route.dialect != Dialect::flat;
  JsonWriter json(object_ids(route));
  json.begin_object().key(managed ? "value" : "sessions").begin_array();
  for (const pools::SessionInfo& session : page.sessions) write(json, route, session);
  json.end_array();
  if (managed) json.member("count", static_cast<std::int64_t>(page.sessions.size()));
  if (page.next_link) json.member("nextLink", *page.next_link);
  json.end_object();
  return json.take();
}

}  // namespace dynsessions::surfaces::data_plane::sessions
