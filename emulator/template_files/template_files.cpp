#include "emulator/template_files/template_files.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <utility>

#include <unistd.h>

#include "emulator/base/child_process.h"
#include "emulator/control_plane_templates/limits.h"
#include "emulator/control_plane_templates/template_text.h"

namespace dynsessions::template_files {
namespace {

using control_plane_templates::find_member;
using nlohmann::json;

constexpr std::size_t kLargestFile = control_plane_templates::limits::kTemplateBytes;

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
  throw TemplateFileError("`" + path + "`: " + why);
}

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  // A directory can be opened, but not read.
  if (!file || std::filesystem::is_directory(path)) refuse(path, "cannot be read");
  std::string text(kLargestFile + 1, '\0');
  file.read(text.data(), std::streamsize(text.size()));
  text.resize(std::size_t(file.gcount()));
  if (text.size() > kLargestFile) refuse(path, "is larger than 4 MB, the most that Azure takes");
  return text;
}

std::optional<std::string> find_program(const std::string& name, const Environment& environment) {
  const std::string path = environment("PATH").value_or("");
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find(':', begin), path.size());
    const std::string directory = path.substr(begin, end - begin);
    const std::string candidate = directory + "/" + name;
    const bool is_usable = directory.starts_with('/') && ::access(candidate.c_str(), X_OK) == 0 &&
                           std::filesystem::is_regular_file(candidate);
    if (is_usable) return candidate;
    begin = end + 1;
  }
  return std::nullopt;
}

/// Returns the ARM template of a Bicep file. Warnings and errors of the compiler go to stderr.
std::string compiled(const std::string& path, const Environment& environment) {
  const auto bicep = find_program("bicep", environment);
  if (!bicep) {
    refuse(path,
           "there is no `bicep` on PATH to compile it; build it where there is one (`bicep "
           "build FILE`, or `az bicep build --file FILE`) and use the .json");
  }
  if (!std::filesystem::is_regular_file(path)) refuse(path, "cannot be read");
  ChildProcess compiler({*bicep, "build", "--stdout", path});
  std::string text = compiler.read_all();
  if (compiler.wait() != 0) refuse(path, "`" + *bicep + "` cannot compile it");
  return text;
}

bool is_template(const json& content) {
  return find_member(content, "resources") != nullptr && find_member(content, "$schema") != nullptr;
}

/// Returns the `parameters` of a parameters file; nullptr if the file is not a parameters file.
const json* parameters_in(const json& content) {
  const json* const parameters = find_member(content, "parameters");
  return parameters != nullptr && parameters->is_object() && !is_template(content) ? parameters
                                                                                   : nullptr;
}

bool is_for_subscription(const json& content) {
  const json* const schema = find_member(content, "$schema");
  return schema->is_string() && schema->get_ref<const std::string&>().find(
                                    "subscriptionDeploymentTemplate") != std::string::npos;
}

std::string pool_name(const json& content, const std::string& path) {
  const json* const name = find_member(content, "name");
  if (name == nullptr) return std::filesystem::path(path).stem().string();
  if (!name->is_string()) refuse(path, "its `name` is expected to be a text");
  return name->get<std::string>();
}

Document document_of(const std::string& path, json content) {
  const std::string stem = std::filesystem::path(path).stem().string();
  if (is_template(content)) {
    const auto kind = is_for_subscription(content) ? Document::Kind::subscription_template
                                                   : Document::Kind::group_template;
    return {kind, path, stem, std::move(content)};
  }
  const json* const properties = find_member(content, "properties");
  if (properties == nullptr || !properties->is_object()) {
    refuse(path,
           "is neither an ARM template ({\"$schema\", \"resources\"}), nor a parameters file "
           "({\"parameters\"}), nor a session pool ({\"name\", \"location\", "
           "\"properties\"})");
  }
  std::string name = pool_name(content, path);
  return {Document::Kind::pool, path, std::move(name), std::move(content)};
}

}  // namespace

json Document::deployment_body() const {
  return {
      {"properties", {{"mode", "Incremental"}, {"template", content}, {"parameters", parameters}}}};
}

std::vector<Document> read_template_files(std::span<const std::string> paths,
                                          const Environment& environment) {
  std::vector<Document> documents;
  for (const std::string& path : paths) {
    const bool is_bicep = std::filesystem::path(path).extension() == ".bicep";
    const std::string text = is_bicep ? compiled(path, environment) : content_of(path);
    auto content = control_plane_templates::parse_template_text(text);
    if (!content) {
      refuse(path, "is not JSON: " + control_plane_templates::why_no_template(text));
    }
    if (const json* const parameters = parameters_in(*content)) {
      if (documents.empty() || documents.back().kind == Document::Kind::pool) {
        refuse(path, "is a parameters file, and the file in front of it is no template");
      }
      documents.back().parameters.update(*parameters);
    } else {
      documents.push_back(document_of(path, *std::move(content)));
    }
  }
  return documents;
}

}  // namespace dynsessions::template_files
