#include "emulator/packages/layer_build.h"

#include <cerrno>
#include <fstream>
#include <system_error>
#include <utility>

#include <boost/algorithm/string/join.hpp>
#include <boost/algorithm/string/predicate.hpp>
#include <boost/algorithm/string/split.hpp>
#include <nlohmann/json.hpp>

#include "emulator/base/child_process.h"
#include "emulator/base/json_text.h"
#include "emulator/base/printable.h"

namespace dynsessions::packages {
namespace fs = std::filesystem;

namespace {

using nlohmann::json;

constexpr std::size_t kShownLines = 12;
/// A traceback of pip follows, whose last line has the reason.
constexpr const char* kPipCrashed = "ERROR: Exception:";

/// environment_layer.py says so after pip has done its work.
constexpr std::string_view kAgentSign = "the agent of sessions does not work with these packages";

constexpr std::string_view kKilledSign = "ended by signal";

struct PipCure {
  std::string_view sign;  ///< text in pip's output
  std::string_view cure;
};

/// The first that is found counts.
constexpr PipCure kPipCures[] = {
    {kAgentSign,
     "the versions of IPython, traitlets and of what they need are those of the service's image; "
     "name other versions, or none"},
    {"No module named pip",
     "the Python of the sessions has no pip: use an environment that has it, such as that of "
     "`make build` or of the image `full`"},
    {"ResolutionImpossible",
     "the packages ask for versions that exclude each other or those of the service's image; name "
     "other versions"},
    {"connection broken by",
     "the registry cannot be reached: look at the network and at pip's own settings "
     "(PIP_INDEX_URL, HTTPS_PROXY, pip.conf), or take packages from a directory with --wheels DIR"},
    {"No matching distribution found",
     "look at the name; the package may also need another Python than that of the sessions, or the "
     "versions of the service's image that it may not change"},
    {"No space left on device", "the directory of --state-dir or that of TMPDIR has no room"},
    {kKilledSign, "look whether memory is short, then try again"},
};

std::string shown_lines(std::string_view output) {
  std::vector<std::string> lines;
  boost::algorithm::split(lines, output, [](char c) { return c == '\n'; });
  std::erase_if(lines, [](const std::string& line) { return line.empty(); });
  std::vector<std::string> errors;
  for (const std::string& line : lines) {
    if (line.starts_with("ERROR: ")) errors.push_back(line);
  }
  if (errors == std::vector<std::string>{kPipCrashed}) errors.push_back(lines.back());
  std::vector<std::string>& shown = errors.empty() ? lines : errors;
  if (shown.size() > kShownLines) shown.erase(shown.begin(), shown.end() - kShownLines);
  for (std::string& line : shown) line = "  " + printable(line);
  return boost::algorithm::join(shown, "\n");
}

/// Returns the reason why that is not possible.
std::string write_lines(const fs::path& path, const std::string& text) {
  errno = 0;
  std::ofstream file(path, std::ios::binary);
  file << text;
  if (file.flush()) return {};
  return "ERROR: " + path.string() + ": " + std::generic_category().message(errno);
}

std::string constraint_lines(const Versions& versions) {
  std::string text;
  for (const auto& [name, version] : versions) text += name + "==" + version + '\n';
  return text;
}

}  // namespace

Error pip_failure(std::string_view output) {
  const bool is_installed = output.find(kAgentSign) != std::string_view::npos;
  std::string message = is_installed ? "sessions could not start with the packages"
                                     : "pip could not install the packages";
  if (const std::string lines = shown_lines(output); !lines.empty()) message += ":\n" + lines;
  for (const auto& [sign, cure] : kPipCures) {
    if (output.find(sign) == std::string_view::npos) continue;
    return invalid_request(std::move(message), {}, std::string(cure));
  }
  return invalid_request(std::move(message));
}

Result<LayerFacts> read_layer_facts(std::string_view printed) {
  const std::string line = last_line_of(std::string(printed));
  const json facts = parse_json(line);
  LayerFacts layer;
  try {
    for (const auto& [name, version] : facts.at("packages").items()) {
      layer.packages.emplace_back(name, version.get<std::string>());
    }
    facts.at("conflicts").get_to(layer.conflicts);
  } catch (const json::exception&) {  // a member is missing or of another type
    return Error{
        ErrorCode::internal, "environment_layer.py printed no facts about the layer", {}, {}};
  }
  return layer;
}

Result<LayerFacts> build_layer(const LayerPlan& plan, const fs::path& directory) {
  const fs::path requirements = directory.string() + ".requirements";
  const fs::path constraints = directory.string() + ".constraints";
  std::string obstacle = write_lines(requirements, plan.requirements);
  if (obstacle.empty()) obstacle = write_lines(constraints, constraint_lines(plan.constraints));
  if (!obstacle.empty()) return pip_failure(obstacle);
  // A separate process group: Ctrl-C ends this process, whose exit then ends the builder.
  ChildProcess builder({plan.base_python.string(), "-I", plan.script.string(), directory.string(),
                        requirements.string(), constraints.string()},
                       ChildProcess::Kind::server);
  const std::string printed = builder.read_all();
  const int status = builder.wait();
  fs::remove(requirements);
  fs::remove(constraints);
  if (status < 0) return pip_failure("ERROR: the installation was ended by signal");
  if (status != 0) return pip_failure(builder.take_stderr());
  return read_layer_facts(printed);
}

}  // namespace dynsessions::packages
