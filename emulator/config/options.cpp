#include "emulator/config/options.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <limits>
#include <utility>

#include <boost/algorithm/string/split.hpp>

#include "emulator/base/identifiers.h"
#include "emulator/base/printable.h"
#include "emulator/config/option_values.h"

namespace dynsessions::config {
namespace {

namespace members = pools::members;
using value_kinds::assign_if;
using value_kinds::kChoice;
using value_kinds::kList;
using value_kinds::kNumber;
using value_kinds::kPath;
using value_kinds::kPaths;
using value_kinds::number_range;
using value_kinds::parse_number;
using value_kinds::show_list;
using value_kinds::Words;

using auth::IdentitySettings;
using contract::AsynchronousKernel;
using contract::ByVersion;
using contract::ContractOptions;
using contract::FailureValue;
using contract::FileNames;
using contract::IdentifierCharacters;
using contract::ImageAndValue;
using contract::MissingVersion;
using contract::NoneValue;
using contract::PoolFull;
using contract::SessionMissing;
using contract::StreamLimit;
using contract::TimeoutAboveMaximum;
using contract::UnknownVersion;
using contract::UploadDirectories;
using contract::UploadType;

constexpr std::uint64_t kMaxU16 = std::numeric_limits<std::uint16_t>::max();
constexpr std::uint64_t kMaxU32 = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint64_t kLongestStream = 100'000'000;
constexpr std::string_view kContractOptions = "Contract options";

/// A port, or the word that switches HTTPS off.
bool set_https_port(ServerOptions& server, std::string_view text) {
  const auto port = parse_number(text, 0, kMaxU16);
  if (!port && text != "off") return false;
  server.https_port.reset();
  if (port) server.https_port = std::uint16_t(*port);
  return true;
}

std::string show_https_port(const ServerOptions& server) {
  return server.https_port ? std::to_string(*server.https_port) : "off";
}

constexpr ValueKind<ServerOptions> kHttpsPort{set_https_port, show_https_port,
                                              [] { return number_range(0, kMaxU16) + " or off"; }};

bool set_deterministic(HostOptions& host, std::string_view text) {
  const auto seed = parse_number(text, 0, kMaxU32);
  if (!seed && text != "off") return false;
  host.deterministic.reset();
  if (seed) host.deterministic = std::uint32_t(*seed);
  return true;
}

std::string show_deterministic(const HostOptions& host) {
  return host.deterministic ? std::to_string(*host.deterministic) : "off";
}

constexpr ValueKind<HostOptions> kDeterministic{
    set_deterministic, show_deterministic, [] { return number_range(0, kMaxU32) + " or off"; }};

bool set_tls_names(ServerOptions& server, std::string_view text) {
  Result<std::vector<tls::Name>> names = tls::parse_names(text);
  if (!names) return false;
  server.tls_names = *std::move(names);
  return true;
}

std::string show_tls_names(const ServerOptions& server) {
  std::vector<std::string> names;
  for (const tls::Name& name : server.tls_names) names.push_back(name.text());
  return show_list(names);
}

constexpr ValueKind<ServerOptions> kTlsNames{
    set_tls_names, show_tls_names,
    [] { return std::string("names like a, *.b.org or 10.0.0.5, commas between them"); }, true};

/// Long enough not to be guessed; the characters of RFC 6750, section 2.1.
bool is_token(std::string_view text) {
  constexpr std::size_t kShortest = 16;
  constexpr std::size_t kLongest = 256;
  const auto fits = [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("-._~+/=").find(char(c)) != std::string_view::npos;
  };
  return text.size() >= kShortest && text.size() <= kLongest &&
         std::all_of(text.begin(), text.end(), fits);
}

bool set_admin_token(ServerOptions& server, std::string_view text) {
  using Rule = AdminToken::Rule;
  if (text == "auto" || text == "off") {
    server.admin_token = {text == "auto" ? Rule::automatic : Rule::off};
    return true;
  }
  if (!is_token(text)) return false;
  server.admin_token = {Rule::fixed, std::string(text)};
  return true;
}

/// Shows the rule of the token, but not the token itself.
std::string show_admin_token(const ServerOptions& server) {
  switch (server.admin_token.rule) {
    case AdminToken::Rule::automatic:
      return "auto";
    case AdminToken::Rule::off:
      return "off";
    case AdminToken::Rule::fixed:
      return "(not shown)";
  }
  return {};
}

constexpr ValueKind<ServerOptions> kAdminToken{
    set_admin_token, show_admin_token,
    [] { return std::string("auto or off or 16 to 256 letters, digits and -._~+/="); }};

inline constexpr char kAUuid[] = "a UUID";
template <auto Member>
inline constexpr ValueKind<IdentitySettings> kUuid = value_kinds::kText<Member, is_uuid, kAUuid>;

/// Names of roles have spaces.
std::optional<std::vector<std::string>> parse_roles(std::string_view text) {
  if (text == "none") return std::vector<std::string>();
  std::vector<std::string> roles;
  boost::algorithm::split(roles, text, [](char c) { return c == ','; });
  const auto is_name = [](const std::string& role) {
    return !role.empty() && printable(role) == role;
  };
  if (!std::all_of(roles.begin(), roles.end(), is_name)) return std::nullopt;
  return roles;
}

bool set_roles(IdentitySettings& identity, std::string_view text) {
  return assign_if(identity.roles, parse_roles(text));
}

std::string show_roles(const IdentitySettings& identity) {
  return identity.roles.empty() ? "none" : show_list(identity.roles);
}

constexpr ValueKind<IdentitySettings> kRoles{
    set_roles, show_roles, [] { return std::string("none or names with commas between them"); },
    true};

bool set_stream_limit(ContractOptions& contract, std::string_view text) {
  StreamLimit& limit = contract.stream_limit;
  const auto characters = parse_number(text, 1, kLongestStream);
  if (characters) {
    limit = {StreamLimit::Rule::fixed, *characters};
  } else if (text == "none") {
    limit = {StreamLimit::Rule::none};
  } else if (text == "by-version") {
    limit = {};
  } else {
    return false;
  }
  return true;
}

std::string show_stream_limit(const ContractOptions& contract) {
  const StreamLimit& limit = contract.stream_limit;
  if (limit.rule == StreamLimit::Rule::by_version) return "by-version";
  if (limit.rule == StreamLimit::Rule::none) return "none";
  return std::to_string(limit.characters);
}

constexpr ValueKind<ContractOptions> kStreamLimit{
    set_stream_limit, show_stream_limit,
    [] { return "by-version or none or " + number_range(1, kLongestStream); }};

constexpr Words<MissingRole, 2> kMissingRoleAnswers{
    {{"403", MissingRole::permission_denied}, {"401", MissingRole::unauthenticated}}};
constexpr Words<SandboxMode, 4> kSandboxModes{{{"auto", SandboxMode::automatic},
                                               {"full", SandboxMode::full},
                                               {"restricted", SandboxMode::restricted},
                                               {"insecure", SandboxMode::insecure}}};
constexpr Words<Engine, 2> kEngines{{{"python", Engine::python}, {"scripts", Engine::scripts}}};
constexpr Words<LogLevel, 4> kLogLevels{{{"error", LogLevel::error},
                                         {"warning", LogLevel::warning},
                                         {"info", LogLevel::info},
                                         {"debug", LogLevel::debug}}};
constexpr Words<LogFormat, 2> kLogFormats{{{"text", LogFormat::text}, {"json", LogFormat::json}}};
constexpr Words<bool, 2> kAutomatic{{{"auto", true}, {"off", false}}};
constexpr Words<bool, 2> kOnOff{{{"on", true}, {"off", false}}};
constexpr Words<bool, 4> kSwitch{{{"true", true}, {"false", false}, {"1", true}, {"0", false}}};

constexpr Words<pools::UndeclaredPools, 2> kUndeclaredPools{
    {{"any", pools::UndeclaredPools::made}, {"declared", pools::UndeclaredPools::refused}}};
constexpr Words<ArmOperations, 2> kArmOperations{
    {{"as-azure", ArmOperations::as_azure}, {"long-running", ArmOperations::long_running}}};

constexpr Words<ByVersion, 3> kByVersion{{{"by-version", ByVersion::by_version},
                                          {"always", ByVersion::always},
                                          {"never", ByVersion::never}}};
constexpr Words<TimeoutAboveMaximum, 2> kTimeouts{
    {{"cap", TimeoutAboveMaximum::cap}, {"reject", TimeoutAboveMaximum::reject}}};
constexpr Words<NoneValue, 3> kNoneValues{{{"by-version", NoneValue::by_version},
                                           {"null", NoneValue::null},
                                           {"empty", NoneValue::empty}}};
constexpr Words<FailureValue, 3> kFailureValues{{{"by-version", FailureValue::by_version},
                                                 {"null", FailureValue::null},
                                                 {"empty", FailureValue::empty}}};
constexpr Words<ImageAndValue, 2> kImageAndValue{
    {{"image", ImageAndValue::image}, {"value", ImageAndValue::value}}};
constexpr Words<UnknownVersion, 3> kUnknownVersions{
    {{"newest", UnknownVersion::newest},
     {"reject", UnknownVersion::reject},
     {"unauthorized", UnknownVersion::unauthorized}}};
constexpr Words<MissingVersion, 2> kMissingVersions{
    {{"oldest", MissingVersion::oldest}, {"reject", MissingVersion::reject}}};
constexpr Words<PoolFull, 2> kPoolFull{
    {{"404", PoolFull::not_found}, {"429", PoolFull::too_many_requests}}};
constexpr Words<SessionMissing, 2> kSessionMissing{
    {{"400", SessionMissing::bad_request}, {"404", SessionMissing::not_found}}};
constexpr Words<IdentifierCharacters, 2> kIdentifierRules{
    {{"by-version", IdentifierCharacters::by_version},
     {"documented", IdentifierCharacters::documented}}};
constexpr Words<UploadType, 2> kUploadTypes{
    {{"filled", UploadType::filled}, {"empty", UploadType::empty}}};
constexpr Words<AsynchronousKernel, 2> kAsynchronousKernels{
    {{"separate", AsynchronousKernel::separate}, {"shared", AsynchronousKernel::shared}}};
constexpr Words<UploadDirectories, 2> kUploadFolders{
    {{"dropped", UploadDirectories::dropped}, {"kept", UploadDirectories::kept}}};
constexpr Words<FileNames, 2> kFileNames{
    {{"any", FileNames::any}, {"documented", FileNames::documented}}};

constexpr std::array kOptions{
    Option{"port", "Server", "N", "Port of the emulated service; 0 picks a free one.",
           kOf<kNumber<&ServerOptions::port, 0, kMaxU16>>},
    Option{"https-port", "Server", "N",
           "Port of the same service over TLS; 0 picks a free one, off disables it.",
           kOf<kHttpsPort>},
    Option{"admin-port", "Server", "N", "Port of the emulator's own API; 0 picks a free one.",
           kOf<kNumber<&ServerOptions::admin_port, 0, kMaxU16>>},
    Option{"admin-token", "Server", "TOKEN",
           "Token that the emulator's own API demands; auto: a random one if it listens beyond "
           "loopback.",
           kOf<kAdminToken>},
    Option{"listen", "Server", "ADDRESS",
           "Address to bind. Anyone who can reach it can run code on this machine.",
           kOf<kIpAddress<&ServerOptions::listen>>},
    Option{"allowed-host", "Server", "NAMES",
           "Additional names accepted in the Host header, such as a,b.",
           kOf<kList<&ServerOptions::allowed_hosts>>},
    Option{"tls-name", "Server", "NAMES",
           "Additional names in the certificate, such as a,*.b.org,10.0.0.5.", kOf<kTlsNames>},
    Option{"state-dir", "Server", "PATH",
           "Directory of the certificate authority, the key that signs tokens, and packages.",
           kOf<kPath<&ServerOptions::state_dir>>},
    Option{"ready-file", "Server", "PATH",
           "File that exists while an execution can be answered at once.",
           kOf<kPath<&ServerOptions::ready_file>>},
    Option{"pools-file", "Server", "PATH",
           "ARM template, Bicep file or session pool to deploy before the ports open.",
           kOf<kPath<&ServerOptions::pools_file>>},
    Option{"drain-period", "Server", "SECONDS",
           "Time that running requests have to finish after SIGTERM, SIGHUP or Ctrl-C.",
           kOf<kNumber<&ServerOptions::drain_period, 0, 3600>>},
    Option{"log-level", "Server", "LEVEL",
           "Least severe messages to log: error, warning, info or debug.",
           kOf<kChoice<&ServerOptions::log_level, kLogLevels>>},
    Option{"log-format", "Server", "FORMAT",
           "Format of the log: lines of text, or one JSON object per line and no banner.",
           kOf<kChoice<&ServerOptions::log_format, kLogFormats>>},
    Option{"unlisted", "Server", "",
           "Hide this server from `dynsessions env` and `exec --server last`.",
           kOf<kChoice<&ServerOptions::unlisted, kSwitch>>},
    Option{"journal-mb", "Server", "MIB",
           "Memory for the journal of requests; the oldest requests are forgotten first.",
           kOf<kNumber<&ServerOptions::journal_mb, 1, 4096>>},
    Option{"journal-bodies", "Server", "on|off",
           "Whether the journal keeps the code, output and results of executions.",
           kOf<kChoice<&ServerOptions::journal_bodies, kOnOff>>},
    Option{"script", "Server", "PATH",
           "JSON file of scripted answers for all pools (docs/scripts.md).",
           kOf<kPath<&ServerOptions::script>>},
    Option{"seed", "Server", "PATH",
           "Snapshot whose sessions exist from the start: a directory or an archive.",
           kOf<kPath<&ServerOptions::seed>>},
    Option{"deterministic", "Server", "SEED",
           "Seed that makes ids, times, hash() and order the same in every run; clocks stand still "
           "in 2026.",
           kOf<kDeterministic>},
    Option{"quiet", "Server", "", "Do not print the banner; its warnings go to the log instead.",
           kOf<kChoice<&ServerOptions::quiet, kSwitch>>},

    Option{"tenant", "Identity", "ID", "Tenant of the tokens that the emulator issues.",
           kOf<kUuid<&IdentitySettings::tenant>>},
    Option{"identity-principal", "Identity", "OID",
           "Principal (oid) of the tokens that the emulator issues.",
           kOf<kUuid<&IdentitySettings::principal>>},
    Option{"identity-roles", "Identity", "NAMES",
           "Roles in the tokens that the emulator issues; none leaves them out.", kOf<kRoles>},
    Option{"identity-token-lifetime", "Identity", "SECONDS",
           "Lifetime of the tokens that the emulator issues; 0 issues expired ones.",
           kOf<kNumber<&IdentitySettings::lifetime, 0, 86'400>>},

    Option{"name", "Session pool", "NAME", "Name of the pool in the printed endpoint.",
           kOfPool<members::kName>},
    Option{"resource-group", "Session pool", "NAME",
           "Resource group of the pool in the printed endpoint.", kOfPool<members::kResourceGroup>},
    Option{"subscription", "Session pool", "ID",
           "Subscription of the pool in the printed endpoint.", kOfPool<members::kSubscription>},
    Option{"location", "Session pool", "REGION",
           "Region shown at the start; the emulator never connects to it.",
           kOfPool<members::kLocation>},
    Option{"container-type", "Session pool", "TYPE", "Kind of the pool's sessions: PythonLTS.",
           kOfPool<members::kContainerType>},
    Option{"max-sessions", "Session pool", "N", "Maximum number of concurrent sessions of a pool.",
           kOfPool<members::kMaxSessions>},
    Option{"ready-sessions", "Session pool", "N",
           "Sessions to start in advance, at most --max-sessions.",
           kOfPool<members::kReadySessions>},
    Option{"cooldown-period", "Session pool", "SECONDS", "Idle time after which a session ends.",
           kOfPool<members::kCooldownPeriod>},
    Option{"network-status", "Session pool", "STATUS",
           "Whether sessions can reach the network or only their own loopback.",
           kOfPool<members::kNetworkStatus>},

    Option{"pools", "Session pool", "WHICH",
           "Pools that requests can name: any, or only those that were declared.",
           kOf<kChoice<&ServerOptions::undeclared_pools, kUndeclaredPools>>},

    Option{"engine", "Sandbox", "ENGINE",
           "How programs are answered: python runs them; scripts needs neither sandbox nor Python.",
           kOf<kChoice<&HostOptions::engine, kEngines>>},
    Option{"python", "Sandbox", "PATH",
           "python3 with IPython; default: the environment that `make run` builds.",
           kOf<kPath<&HostOptions::python>>},
    Option{
        "requirements", "Sandbox", "PATH",
        "File of packages to add, also when it changes; default: that of `dynsessions packages`.",
        kOf<kPath<&HostOptions::requirements>>},
    Option{"sandbox", "Sandbox", "MODE",
           "Isolation: auto is full, else restricted; insecure isolates nothing.",
           kOf<kChoice<&HostOptions::sandbox, kSandboxModes>>},
    Option{"no-zygote", "Sandbox", "",
           "Start each interpreter from scratch instead of forking a loaded one.",
           kOf<kChoice<&HostOptions::no_zygote, kSwitch>>},
    Option{"preload", "Sandbox", "MODULES",
           "Modules to load into the interpreter that others are forked from.",
           kOf<kList<&HostOptions::preload>>},
    Option{"fonts", "Sandbox", "DIRS",
           "Directories with font files for sessions, such as /usr/share/fonts.",
           kOf<kPaths<&HostOptions::fonts>>},
    Option{"data-quota-mb", "Sandbox", "N", "Size of a session's /mnt/data in MiB.",
           kOfPool<members::kDataQuota>},
    Option{"max-files", "Sandbox", "N",
           "Maximum number of files and directories in a session's /mnt/data.",
           kOfPool<members::kMaxFiles>},
    Option{"tmp-quota-mb", "Sandbox", "N", "Size of a session's /tmp in MiB.",
           kOfPool<members::kTmpQuota>},
    Option{"shm-quota-mb", "Sandbox", "N",
           "Size of the /dev/shm of each kernel of a session in MiB.", kOfPool<members::kShmQuota>},
    Option{"memory-limit-mb", "Sandbox", "N", "Memory of a session in MiB, not counting its files.",
           kOfPool<members::kMemoryLimit>},
    Option{"max-processes", "Sandbox", "N", "Maximum number of processes and threads of a session.",
           kOfPool<members::kMaxProcesses>},
    Option{"max-open-files", "Sandbox", "N",
           "Maximum number of open files per process of a session.",
           kOfPool<members::kMaxOpenFiles>},
    Option{"cpu-limit", "Sandbox", "CPUS", "CPUs that a session can keep busy, such as 0.5.",
           kOfPool<members::kCpuLimit>},
    Option{"control-groups", "Sandbox", "MODE",
           "Use of cgroups for limits: auto uses them if possible, off never.",
           kOf<kChoice<&HostOptions::cgroups, kAutomatic>>},

    Option{"auth", "Contract", "MODE",
           "Tokens accepted: any, only those with the right claims, or off (no token needed).",
           kOfPool<members::kAuth>},
    Option{"executor", "Contract", "OIDS",
           "Principals (oid, appid or sub) that have the role, such as a,b.",
           kOf<kList<&ServerOptions::executors>>},
    Option{"arm-operations", "Contract", "WHEN",
           "Answer to changes of pools through ARM: as-azure, or always a long-running operation.",
           kOf<kChoice<&ServerOptions::arm_operations, kArmOperations>>},
    Option{"exact", "Contract", "", "Send nothing that the real service would not send.",
           kOf<kChoice<&ServerOptions::exact, kSwitch>>},

    Option{"object-ids", kContractOptions, "WHEN", "When JSON objects carry `$id`.",
           kOf<kChoice<&ContractOptions::object_ids, kByVersion>>, "row 3"},
    Option{"lenient-bodies", kContractOptions, "",
           "Accept execute bodies wrapped as in another dialect, and their identifier.",
           kOf<kChoice<&ContractOptions::lenient_bodies, kSwitch>>, "rows 4 and 5"},
    Option{"timeout-above-220", kContractOptions, "WORD",
           "Treatment of timeoutInSeconds above 220: cap it, or reject it with 400.",
           kOf<kChoice<&ContractOptions::timeout_above_maximum, kTimeouts>>, "row 7"},
    Option{"string-quotes", kContractOptions, "WHEN", "When a str result is shown in quotes.",
           kOf<kChoice<&ContractOptions::string_quotes, kByVersion>>, "row 9"},
    Option{"none-value", kContractOptions, "WORD",
           "How a None result is shown: null, or an empty string.",
           kOf<kChoice<&ContractOptions::none_value, kNoneValues>>, "row 10"},
    Option{"image-and-value", kContractOptions, "WORD",
           "Result that is shown if a program has both a figure and a value.",
           kOf<kChoice<&ContractOptions::image_and_value, kImageAndValue>>, "row 12"},
    Option{"failure-value", kContractOptions, "WORD",
           "How the result of a failed program is shown: null, or an empty string.",
           kOf<kChoice<&ContractOptions::failure_value, kFailureValues>>, "row 13"},
    Option{"stream-limit", kContractOptions, "LIMIT",
           "Maximum number of characters of stdout and of stderr.", kOf<kStreamLimit>, "row 17"},
    Option{
        "unknown-api-version", kContractOptions, "WORD",
        "Treatment of an unknown api-version: as the newest, 400 (reject) or 401 (unauthorized).",
        kOf<kChoice<&ContractOptions::unknown_api_version, kUnknownVersions>>, "row 18"},
    Option{"missing-api-version", kContractOptions, "WORD",
           "Treatment of a missing api-version: as the oldest, or 400 (reject) except on python/*.",
           kOf<kChoice<&ContractOptions::missing_api_version, kMissingVersions>>, "row 18"},
    Option{"role-missing", kContractOptions, "STATUS",
           "Status of the answer to a token without the role.",
           kOf<kChoice<&ServerOptions::role_missing, kMissingRoleAnswers>>, "row 19"},
    Option{"pool-full", kContractOptions, "STATUS",
           "Status of the answer when no further session can be allocated.",
           kOf<kChoice<&ContractOptions::pool_full, kPoolFull>>, "row 20"},
    Option{"session-missing", kContractOptions, "STATUS",
           "Status of the answer when a session to read or delete does not exist.",
           kOf<kChoice<&ContractOptions::session_missing, kSessionMissing>>, "row 21"},
    Option{"identifier-rule", kContractOptions, "WORD",
           "Identifiers accepted: by-version, or 4 to 128 documented characters.",
           kOf<kChoice<&ContractOptions::identifiers, kIdentifierRules>>, "row 23"},
    Option{"upload-type", kContractOptions, "WORD",
           "Whether the answer to an upload fills type and contentType.",
           kOf<kChoice<&ContractOptions::upload_type, kUploadTypes>>, "row 24"},
    Option{"metadata-type", kContractOptions, "WHEN",
           "When a file's metadata has type and contentType.",
           kOf<kChoice<&ContractOptions::metadata_type, kByVersion>>, "row 25"},
    Option{"async-kernel", kContractOptions, "WORD",
           "Whether asynchronous executions share variables with others.",
           kOf<kChoice<&ContractOptions::asynchronous_kernel, kAsynchronousKernels>>, "row 35"},
    Option{"upload-folders", kContractOptions, "WORD",
           "Treatment of directories in the name of an upload, such as a/b/x.csv.",
           kOf<kChoice<&ContractOptions::upload_directories, kUploadFolders>>, "section 7"},
    Option{"file-names", kContractOptions, "WORD",
           "File names accepted in uploads: any, or documented characters only.",
           kOf<kChoice<&ContractOptions::file_names, kFileNames>>, "section 6"},
};

}  // namespace

std::span<const Option> all_options() { return kOptions; }

std::string name_of(LogLevel level) { return value_kinds::word_for(level, kLogLevels); }

std::string name_of(LogFormat format) { return value_kinds::word_for(format, kLogFormats); }

void Option::assign(Config& config, std::string_view text) const {
  if (!value.assign(config, text)) throw ConfigError("expected " + accepted());
}

std::string Option::environment_name() const {
  std::string name = "DYNSESSIONS_";
  for (const char c : key) {
    name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return name;
}

}  // namespace dynsessions::config
