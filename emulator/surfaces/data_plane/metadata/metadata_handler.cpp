#include "emulator/surfaces/data_plane/metadata/metadata_handler.h"

#include "emulator/base/offload.h"
#include "emulator/packages/python_environment.h"
#include "emulator/surfaces/data_plane/wire_text.h"

namespace dynsessions::surfaces::data_plane::metadata {
namespace asio = boost::asio;

namespace {

using packages::PythonEnvironment;

void write_version(JsonWriter& json, std::string_view name, std::string_view version) {
  json.begin_object().member("name", name).member("version", version).end_object();
}

/// Has the members of the only published example, which is of a Node pool, with the values of this
/// pool.
std::string to_json(const ApiVersion& api_version, const PythonEnvironment& environment) {
  JsonWriter json(api_version.object_ids);
  json.begin_object().key("runtimes").begin_array();
  write_version(json, "python", environment.python_version);
  json.end_array().key("preInstalledPackages").begin_array();
  for (const auto& [name, version] : environment.packages) write_version(json, name, version);
  json.end_array();
  json.member("createdAt", wire_timestamp(environment.created_at));
  json.member("lastUpdatedAt", wire_timestamp(environment.created_at));
  json.key("jupyterKernel").begin_object();
  json.member("name", "IPython").member("version", environment.version_of("ipython"));
  json.member("projectUrl", "https://ipython.org");
  json.member("description", "The interactive Python shell behind Jupyter's Python kernel");
  json.end_object().end_object();
  return json.take();
}

}  // namespace

asio::awaitable<http::Answer> get(const Services& services, const Route& route, http::Call&) {
  auto work = [prefix = services.python_environment()] {
    return packages::read_python_environment(prefix);
  };
  const PythonEnvironment environment = co_await offload(services.file_pool, work);
  http::Response response;
  response.body = to_json(*route.version, environment);
  co_return response;
}

}  // namespace dynsessions::surfaces::data_plane::metadata
