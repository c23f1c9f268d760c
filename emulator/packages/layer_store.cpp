#include "emulator/packages/layer_store.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "emulator/packages/package_name.h"
#include "emulator/tls/state_directory.h"

namespace dynsessions::packages {
namespace fs = std::filesystem;

namespace {

constexpr const char* kBuilding = "building-";
constexpr std::size_t kNameDigits = 32;
constexpr std::chrono::hours kUnusedAge{24 * 30};
/// Version of the layer format. Change it when the script builds a different layer from the same
/// lines.
constexpr const char* kFormat = "dynsessions layer 1";

std::string hash_of(const std::string& text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
    throw std::runtime_error("OpenSSL has no SHA-256");
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string name;
  for (std::size_t i = 0; i < size && name.size() < kNameDigits; ++i) {
    name += kDigits[digest[i] >> 4];
    name += kDigits[digest[i] & 0xF];
  }
  return name;
}

/// Holds the layer for a server; empty if it is not there, or was removed before it was held.
UniqueFd claim(const fs::path& layer) {
  UniqueFd held(::open(layer.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
  if (!held) return held;
  while (::flock(held.get(), LOCK_SH) != 0) {
    if (errno != EINTR) return UniqueFd();
  }
  return fs::exists(layer / "bin") ? std::move(held) : UniqueFd();
}

/// Removes a layer that no server uses. It is renamed first, so that a removal that is cut short
/// leaves no half of a layer under its name. A server that claims the layer in the meantime waits,
/// and then does not find it.
void remove_if_free(const fs::path& layer) {
  const UniqueFd held(::open(layer.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
  if (!held || ::flock(held.get(), LOCK_EX | LOCK_NB) != 0) return;
  const fs::path leftover = layer.parent_path() / (kBuilding + layer.filename().string());
  std::error_code error;
  fs::rename(layer, leftover, error);
  if (!error) fs::remove_all(leftover, error);
}

/// Sets the modification time of the layer's directory, which is the time of its last use.
void note_use(const UniqueFd& layer) { ::futimens(layer.get(), nullptr); }

/// Makes the directory, through which the sessions of a root server must be able to pass, and waits
/// until no other process builds in it.
UniqueFd lock_directory(const fs::path& directory) {
  tls::StateDirectory::at(directory.parent_path()).let_others_pass();
  const auto state = tls::StateDirectory::at(directory);
  state.let_others_pass();
  return state.lock();
}

bool names(const std::vector<Requirement>& requirements, std::string_view name) {
  return std::any_of(requirements.begin(), requirements.end(),
                     [&](const Requirement& each) { return each.name == name; });
}

/// Whether one of the lines leaves no choice of the package's version.
bool fixes_version(const std::vector<Requirement>& requirements,
                   const Versions::value_type& package) {
  const std::string name = normalized_name(package.first);
  return std::any_of(requirements.begin(), requirements.end(), [&](const Requirement& each) {
    const bool is_address = each.text.find('@') != std::string::npos;
    return each.name == name &&
           (is_address || each.text.find("==" + package.second) != std::string::npos);
  });
}

std::string version_in(const Versions& packages, std::string_view name) {
  for (const auto& [package, version] : packages) {
    if (normalized_name(package) == name) return version;
  }
  return {};
}

std::error_code write_file(const fs::path& path, const std::string& text) {
  errno = 0;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  return file ? std::error_code() : std::error_code(errno, std::generic_category());
}

/// Readers see the old content or the new. Its mode and its links stay. `invalid_request` if it
/// cannot be written.
Result<void> replace_file(const fs::path& path, const std::string& text) {
  std::error_code none;
  const fs::path target = fs::exists(path, none) ? fs::canonical(path) : path;
  const fs::path unfinished = target.string() + ".tmp";
  std::error_code error = write_file(unfinished, text);
  const fs::file_status before = fs::status(target, none);
  if (!error && fs::exists(before)) fs::permissions(unfinished, before.permissions(), error);
  if (!error) fs::rename(unfinished, target, error);
  if (!error) return {};
  fs::remove(unfinished, none);
  return invalid_request("cannot write " + path.string() + ": " + error.message(), {},
                         "the command needs to write the file, and a file next to it");
}

}  // namespace

LayerStore::LayerStore(fs::path directory, fs::path base_python, fs::path script)
    : directory_(std::move(directory)),
      base_python_(std::move(base_python)),
      script_(std::move(script)),
      base_(read_python_environment(base_python_.parent_path().parent_path())) {}

fs::path LayerStore::directory_for(const RequirementsFile& file) const {
  std::string text =
      std::string(kFormat) + '\n' + base_python_.string() + '\n' + base_.python_version + '\n';
  for (const auto& [name, version] : base_.packages) text += name + "==" + version + '\n';
  return directory_ / hash_of(text + '\n' + file.text_for_pip("."));
}

std::optional<KeptLayer> LayerStore::find(const RequirementsFile& file) const {
  const fs::path directory = directory_for(file);
  UniqueFd held = claim(directory);
  if (!held) return std::nullopt;
  note_use(held);
  return KeptLayer{directory, std::move(held)};
}

Result<KeptLayer> LayerStore::obtain(const RequirementsFile& file, const fs::path& place,
                                     const std::function<void()>& before_build) const {
  if (auto found = find(file)) return *std::move(found);
  before_build();
  const UniqueFd lock = lock_directory(directory_);
  if (auto found = find(file)) return *std::move(found);  // another process has built it
  const Result<Build> built = build(file, place);
  if (!built) return built.error();
  publish(*built, file);
  auto layer = find(file);
  if (!layer) throw std::runtime_error("the layer is gone: " + directory_for(file).string());
  return *std::move(layer);
}

Result<Change> LayerStore::change(const fs::path& path, const Edit& edit) const {
  const UniqueFd lock = lock_directory(directory_);
  const Result<std::string> before = read_requirements_text(path);
  if (!before) return before.error();
  Result<RequirementsFile> file = RequirementsFile::parse(*before);
  if (!file) return invalid_request(path.string() + ": " + file.error().message);
  if (const Result<void> edited = edit(*file); !edited) return edited.error();
  file->set_needed({});  // the build computes these lines again
  if (file->is_empty()) {
    if (const auto written = replace_file(path, file->text()); !written) return written.error();
    return Change{*std::move(file), {}};
  }
  const Result<Build> built = build(*file, fs::absolute(path).parent_path());
  if (!built) return built.error();
  const Result<std::string> now = read_requirements_text(path);
  if (!now || *now != *before) {
    remove_leftovers();
    return invalid_request(path.string() + " was changed by another program", {},
                           "run the command again");
  }
  pin(*file, built->facts);
  publish(*built, *file);
  if (const auto written = replace_file(path, file->text()); !written) return written.error();
  return Change{*std::move(file), built->facts};
}

Versions LayerStore::constraints_for(const RequirementsFile& file) const {
  Versions constraints;
  for (const auto& package : base_.packages) {
    const std::string name = normalized_name(package.first);
    const auto asks_for_version = [&](const Requirement& each) {
      return each.name == name && each.is_exact_or_ranged;
    };
    const auto& wanted = file.requirements();
    const bool is_free =
        std::any_of(wanted.begin(), wanted.end(), asks_for_version) || names(file.needed(), name);
    if (!is_free) constraints.push_back(package);
  }
  return constraints;
}

Result<LayerStore::Build> LayerStore::build(const RequirementsFile& file,
                                            const fs::path& place) const {
  remove_leftovers();
  const fs::path directory = directory_ / (kBuilding + std::to_string(::getpid()));
  LayerPlan plan{base_python_, script_, file.text_for_pip(place), constraints_for(file)};
  Result<LayerFacts> facts = build_layer(plan, directory);
  if (!facts) {
    remove_leftovers();
    return facts.error();
  }
  return Build{directory, *std::move(facts)};
}

/// Packages of the base are not part of the layer; the base pins their versions.
/// A line with a range of versions stays, and the exact version gets another line.
void LayerStore::pin(RequirementsFile& file, const LayerFacts& facts) const {
  const std::vector<Requirement> wanted = file.requirements();
  for (const Requirement& each : wanted) {
    if (each.is_exact_or_ranged || each.text.find(';') != std::string::npos) continue;
    std::string version = version_in(facts.packages, each.name);
    if (version.empty()) version = base_.version_of(each.name);
    if (!version.empty()) file.pin(each, version);
  }
  Versions needed;
  for (const auto& package : facts.packages) {
    if (!fixes_version(file.requirements(), package)) needed.push_back(package);
  }
  file.set_needed(needed);
}

void LayerStore::publish(const Build& build, const RequirementsFile& file) const {
  const fs::path target = directory_for(file);
  if (claim(target)) {
    fs::remove_all(build.directory);  // a layer with the same packages exists already
  } else {
    fs::remove_all(target);  // remains of a removal by an earlier release
    fs::rename(build.directory, target);
  }
  note_use(claim(target));
  remove_unused();
}

/// Removes the directories of interrupted builds. Call it while the lock is held.
void LayerStore::remove_leftovers() const {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(directory_, ignored)) {
    if (entry.path().filename().string().starts_with(kBuilding)) {
      fs::remove_all(entry.path(), ignored);
    }
  }
}

/// Takes the last use of the newest layer as the current time.
void LayerStore::remove_unused() const {
  std::vector<std::pair<fs::file_time_type, fs::path>> layers;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(directory_, ignored)) {
    if (!entry.is_directory(ignored)) continue;
    layers.emplace_back(fs::last_write_time(entry.path(), ignored), entry.path());
  }
  if (layers.empty()) return;
  const auto now = std::max_element(layers.begin(), layers.end())->first;
  for (const auto& [used, layer] : layers) {
    if (now - used > kUnusedAge) remove_if_free(layer);
  }
}

}  // namespace dynsessions::packages
