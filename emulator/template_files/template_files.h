#pragma once

#include <functional>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

/// Files that declare session pools in Azure's formats, for `dynsessions pool apply` and
/// --pools-file.
namespace dynsessions::template_files {

struct Document {
  enum class Kind {
    group_template,         ///< an ARM template for a resource group
    subscription_template,  ///< a template for a subscription
    pool,                   ///< the body of a PUT of a session pool
  };
  Kind kind = Kind::pool;
  std::string path;
  std::string name;  ///< name of the deployment or the pool
  nlohmann::json content;
  nlohmann::json parameters = nlohmann::json::object();  ///< {"name":{"value":…}}

  /// The body of the PUT of a deployment.
  [[nodiscard]] nlohmann::json deployment_body() const;
};

/// A file that cannot be used; the message names it, and what to do.
class TemplateFileError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Reads a variable of the environment.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

/// The documents of the files, in their order. A parameters file belongs to the template in front
/// of it. A `.bicep` file is compiled by the program `bicep`, if PATH has it. Only the kind of a
/// template is checked. For programs with one thread only, because it starts that program. Throws
/// TemplateFileError.
[[nodiscard]] std::vector<Document> read_template_files(std::span<const std::string> paths,
                                                        const Environment& environment);

}  // namespace dynsessions::template_files
