#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "emulator/app/engine_settings.h"
#include "emulator/app/session_packages.h"
#include "emulator/base/columns.h"
#include "emulator/cli/command.h"
#include "emulator/client_environment/package_servers.h"
#include "emulator/packages/package_name.h"
#include "emulator/tls/state_directory.h"

namespace dynsessions::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using packages::Requirement;
using packages::RequirementsFile;

constexpr Flag kFromFlag{
    "--from", "FILE", "Add the packages of a requirements file, too.", {}, 'r'};
constexpr Flag kWheelsFlag{"--wheels", "DIR",
                           "Take packages from this directory of wheels and from nowhere else."};
constexpr Flag kNoReloadFlag{"--no-reload", {}, "Do not tell running servers."};

std::string from_name(const packages::RequirementsFile& file, const std::string& name) {
  const auto is_in = [&name](const std::vector<Requirement>& all) {
    return std::any_of(all.begin(), all.end(),
                       [&](const Requirement& each) { return each.name == name; });
  };
  if (is_in(file.requirements())) return "added";
  return is_in(file.needed()) ? "needed" : "base";
}

/// Requirements of the words and of the file of `-r`. Throws config::ConfigError.
RequirementsFile wanted_packages(const Invocation& call) {
  RequirementsFile wanted;
  if (const auto from = call.flags.find(kFromFlag.name); from != call.flags.end()) {
    std::error_code none;
    if (!fs::is_regular_file(from->second, none)) {
      throw config::ConfigError("there is no file " + from->second);
    }
    const auto text = packages::read_requirements_text(from->second);
    if (!text) throw config::ConfigError(text.error().message);
    auto read = RequirementsFile::parse(*text);
    if (!read) throw config::ConfigError(from->second + ": " + read.error().message);
    wanted = *std::move(read);
  }
  for (const std::string& word : call.arguments) {
    const auto requirement = packages::parse_requirement(word);
    if (!requirement) throw config::ConfigError(requirement.error().message);
    wanted.put(*requirement);
  }
  if (wanted.is_empty()) {
    throw config::ConfigError("`packages add` needs the name of a package, or -r FILE");
  }
  return wanted;
}

/// Returns the path relative to the requirements file's directory if it is below it, otherwise the
/// absolute path. A project can then be moved to another place.
fs::path place_of_wheels(const std::string& directory, const fs::path& file) {
  std::error_code none;
  if (!fs::is_directory(directory, none)) {
    throw config::ConfigError("--wheels: there is no directory " + directory);
  }
  const fs::path place = fs::canonical(directory);
  const fs::path relative = place.lexically_relative(fs::weakly_canonical(file.parent_path()));
  const bool is_below = !relative.empty() && *relative.begin() != "..";
  return is_below ? "." / relative : place;
}

/// Tells the running servers that use the file of its change, and prints what each of them did.
void tell_servers(const Invocation& call, const fs::path& path) {
  if (call.flags.contains(std::string(kNoReloadFlag.name))) return;
  using client_environment::reload_packages;
  for (const auto& server : reload_packages(path, config::process_environment)) {
    std::fprintf(stderr, "%s\n", server.description.c_str());
  }
}

void print_change(const packages::Change& change, const fs::path& path) {
  for (const auto& [name, version] : change.layer.packages) {
    std::printf("%s %s\n", name.c_str(), version.c_str());
  }
  for (const std::string& conflict : change.layer.conflicts) {
    std::fprintf(stderr, "dynsessions: warning: %s\n", conflict.c_str());
  }
  std::fprintf(stderr, "Recorded in %s.\n", path.c_str());
}

ExitCode print_failure(const Error& error) {
  std::fprintf(stderr, "dynsessions: %s\n", error.message.c_str());
  if (!error.reason.empty()) std::fprintf(stderr, "  Cure: %s.\n", error.reason.c_str());
  return failed;
}

/// Returns the result of `work` on the store, or why the state directory cannot be used.
template <typename Work>
auto in_state_directory(Work work) -> decltype(work()) {
  try {
    return work();
  } catch (const tls::StateError& error) {
    return Error{ErrorCode::internal,
                 error.what(),
                 {},
                 "name a directory that this user can write to with --state-dir"};
  }
}

/// The file to change, which need not exist. Throws config::ConfigError.
fs::path path_to_change(const config::Config& config) {
  const auto path = requirements_path(config, config::process_environment);
  if (!path) {
    throw config::ConfigError(
        "there is no home directory to record packages in; name a file with --requirements");
  }
  if (!config.host.requirements.empty() && !fs::is_directory(path->parent_path())) {
    throw config::ConfigError("--requirements: there is no directory " +
                              path->parent_path().string());
  }
  return *path;
}

ExitCode change_packages(const Invocation& call, const packages::LayerStore::Edit& edit) {
  const config::Config config = settings_of(call).config;
  const fs::path path = path_to_change(config);
  const auto store = layer_store(config, config::process_environment,
                                 runtimes::Installation::next_to_executable());
  const auto change = in_state_directory([&] { return store.change(path, edit); });
  if (change) {
    print_change(*change, path);
    tell_servers(call, path);
    return stopped;
  }
  const ExitCode code = print_failure(change.error());
  std::fprintf(stderr, "Nothing was changed.\n");
  return code;
}

/// As a server does when it starts.
ExitCode install_packages(const Invocation& call) {
  const config::Config config = settings_of(call).config;
  const RequirementsFile file = read_requirements(config, config::process_environment);
  const fs::path path = path_to_change(config);
  if (!file.is_empty()) {
    const auto store = layer_store(config, config::process_environment,
                                   runtimes::Installation::next_to_executable());
    const auto layer =
        in_state_directory([&] { return store.obtain(file, path.parent_path(), [] {}); });
    if (!layer) return print_failure(layer.error());
  }
  tell_servers(call, path);
  return stopped;
}

ExitCode add_packages(const Invocation& call) {
  const RequirementsFile wanted = wanted_packages(call);
  const auto wheels = call.flags.find(kWheelsFlag.name);
  fs::path place;
  if (wheels != call.flags.end()) {
    place = place_of_wheels(wheels->second, path_to_change(settings_of(call).config));
  }
  return change_packages(call, [&](RequirementsFile& file) -> Result<void> {
    for (const Requirement& each : wanted.requirements()) file.put(each);
    return place.empty() ? Result<void>() : file.take_from(place);
  });
}

ExitCode remove_packages(const Invocation& call) {
  if (call.arguments.empty()) {
    throw config::ConfigError("`packages remove` needs the name of a package");
  }
  return change_packages(call, [&](RequirementsFile& file) -> Result<void> {
    for (const std::string& word : call.arguments) {
      const std::string name = packages::normalized_name(packages::leading_name(word));
      if (file.remove(name)) continue;
      return invalid_request(
          "`" + word + "` was not added", {},
          "`dynsessions packages list` shows the added packages; packages that only others need "
          "are removed with these, and packages of the base cannot be removed");
    }
    return {};
  });
}

/// The environment that sessions of a server started now would have.
packages::PythonEnvironment environment_of(const config::Config& config,
                                           const RequirementsFile& file) {
  const auto installation = runtimes::Installation::next_to_executable();
  if (!file.is_empty()) {
    const auto layer = layer_store(config, config::process_environment, installation).find(file);
    if (layer) return packages::read_python_environment(layer->prefix);
    std::fprintf(stderr,
                 "dynsessions: the packages that were added are not installed yet; the "
                 "next server does that\n");
  }
  const fs::path python = runtimes::session_python(python_settings(config.host), installation);
  return packages::read_python_environment(python.parent_path().parent_path());
}

ExitCode list_packages(const Invocation& call) {
  const config::Config config = settings_of(call).config;
  const RequirementsFile file = read_requirements(config, config::process_environment);
  std::vector<Cells> rows{{"PACKAGE", "VERSION", "FROM"}};
  Json list = Json::array();
  for (const auto& [name, version] : environment_of(config, file).packages) {
    const std::string from = from_name(file, packages::normalized_name(name));
    rows.push_back({name, version, from});
    list.push_back({{"name", name}, {"version", version}, {"from", from}});
  }
  if (wants_json(call)) {
    std::printf("%s\n", Json({{"value", std::move(list)}}).dump().c_str());
    return stopped;
  }
  const auto widths = widths_of(rows);
  for (const Cells& row : rows) std::printf("%s\n", line_of(row, widths).c_str());
  return stopped;
}

constexpr std::string_view kPackagesOptions[] = {"requirements", "python", "state-dir"};
constexpr Flag kPackageListFlags[] = {kOutputFlag};
constexpr Flag kAddFlags[] = {kFromFlag, kWheelsFlag, kNoReloadFlag};
constexpr Flag kReloadFlags[] = {kNoReloadFlag};

constexpr std::string_view kChangeExitCodes =
    "  0  done\n"
    "  1  pip failed, and nothing was changed\n"
    "  2  wrong usage\n"
    "  4  no usable Python\n";

}  // namespace

const Command kPackagesList{
    .name = "packages list",
    .summary = "List the Python packages of sessions and where they are from.",
    .description =
        "Lists the packages that sessions of a server started now would have: those that were "
        "added,\nthose that the added ones need, and those of the base.\n",
    .examples =
        "  dynsessions packages list\n"
        "  dynsessions packages list --requirements sessions.txt -o json\n",
    .exit_codes = "  0  printed\n  2  wrong usage\n  4  no usable Python\n",
    .flags = kPackageListFlags,
    .takes_options = true,
    .common_options = kPackagesOptions,
    .run = list_packages,
};

const Command kPackagesAdd{
    .name = "packages add",
    .summary = "Add Python packages to sessions.",
    .description =
        "Installs packages with pip and records them with their exact versions in the file of "
        "--requirements,\nby default requirements.txt in the state directory. Packages of the "
        "service's image keep their\nversions unless they are named with one. If pip fails, "
        "nothing changes. pip has its own settings\nand runs outside of any sandbox. New sessions "
        "of running servers have the packages, too.\n",
    .examples =
        "  dynsessions packages add plotly 'duckdb>=1'\n"
        "  dynsessions packages add --requirements sessions.txt -r requirements.txt\n",
    .exit_codes = kChangeExitCodes,
    .flags = kAddFlags,
    .takes_options = true,
    .common_options = kPackagesOptions,
    .argument = "NAME…",
    .run = add_packages,
};

const Command kPackagesInstall{
    .name = "packages install",
    .summary = "Install the packages of the requirements file now.",
    .description =
        "Installs the packages that the file names, unless that was done before. A server does the "
        "same\nwhen it starts and when the file changes; this command does it in advance, or again "
        "after a failure.\n",
    .examples = "  dynsessions packages install --requirements sessions.txt\n",
    .exit_codes = kChangeExitCodes,
    .flags = kReloadFlags,
    .takes_options = true,
    .common_options = kPackagesOptions,
    .run = install_packages,
};

const Command kPackagesRemove{
    .name = "packages remove",
    .summary = "Remove packages that were added.",
    .description =
        "Removes added packages, and packages that only they need. Packages of the base stay. "
        "Running\nservers that use the file take the change for their new sessions.\n",
    .examples = "  dynsessions packages remove plotly\n",
    .exit_codes = kChangeExitCodes,
    .flags = kReloadFlags,
    .takes_options = true,
    .common_options = kPackagesOptions,
    .argument = "NAME…",
    .run = remove_packages,
};

}  // namespace dynsessions::cli
