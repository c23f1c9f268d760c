#include "emulator/config/options.h"

#include <array>
#include <cctype>
#include <limits>
#include <utility>

#include "emulator/config/option_values.h"

namespace dynsessions::config {
namespace {

using contract::AsynchronousKernel;
using contract::ByVersion;
using contract::ContractOptions;
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
using contract::UploadFolders;
using contract::UploadType;

constexpr std::uint64_t kMaxU16 = std::numeric_limits<std::uint16_t>::max();
constexpr std::uint64_t kLongestStream = 100'000'000;
constexpr std::string_view kContractOptions = "Contract options";

/// A port, or the word that switches HTTPS off.
bool set_https_port(Config& config, std::string_view text) {
  const auto port = parse_number(text, 0, kMaxU16);
  if (!port && text != "off") return false;
  config.https_port.reset();
  if (port) config.https_port = std::uint16_t(*port);
  return true;
}

std::string show_https_port(const Config& config) {
  return config.https_port ? std::to_string(*config.https_port) : "off";
}

constexpr ValueKind kHttpsPort{set_https_port, show_https_port,
                               [] { return number_range(0, kMaxU16) + " or off"; }};

bool set_tls_names(Config& config, std::string_view text) {
  Result<std::vector<tls::Name>> names = tls::parse_names(text);
  if (!names) return false;
  config.tls_names = *std::move(names);
  return true;
}

std::string show_tls_names(const Config& config) {
  std::vector<std::string> names;
  for (const tls::Name& name : config.tls_names) names.push_back(name.text());
  return show_list(names);
}

constexpr ValueKind kTlsNames{
    set_tls_names, show_tls_names,
    [] { return std::string("names like a, *.b.org or 10.0.0.5, commas between them"); }, true};

bool set_stream_limit(Config& config, std::string_view text) {
  StreamLimit& limit = config.choices.stream_limit;
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

std::string show_stream_limit(const Config& config) {
  const StreamLimit& limit = config.choices.stream_limit;
  if (limit.rule == StreamLimit::Rule::by_version) return "by-version";
  if (limit.rule == StreamLimit::Rule::none) return "none";
  return std::to_string(limit.characters);
}

constexpr ValueKind kStreamLimit{
    set_stream_limit, show_stream_limit,
    [] { return "by-version or none or " + number_range(1, kLongestStream); }};

constexpr std::uint64_t kFewestCpuHundredths = 5;
constexpr std::uint64_t kMostCpuHundredths = 102'400;

bool set_cpu_limit(Config& config, std::string_view text) {
  return assign_if(config.cpu_hundredths,
                   parse_hundredths(text, kFewestCpuHundredths, kMostCpuHundredths));
}

constexpr ValueKind kCpuLimit{
    set_cpu_limit, [](const Config& config) { return show_hundredths(config.cpu_hundredths); },
    [] {
      return "a number from " + show_hundredths(kFewestCpuHundredths) + " to " +
             show_hundredths(kMostCpuHundredths) + " with two digits after the point at most";
    }};

constexpr Words<AuthMode, 3> kAuthModes{
    {{"any", AuthMode::any}, {"claims", AuthMode::claims}, {"off", AuthMode::off}}};
constexpr Words<MissingRole, 2> kMissingRoleAnswers{
    {{"403", MissingRole::permission_denied}, {"401", MissingRole::unauthenticated}}};
constexpr Words<SandboxMode, 4> kSandboxModes{{{"auto", SandboxMode::automatic},
                                               {"full", SandboxMode::full},
                                               {"restricted", SandboxMode::restricted},
                                               {"insecure", SandboxMode::insecure}}};
constexpr Words<LogLevel, 4> kLogLevels{{{"error", LogLevel::error},
                                         {"warning", LogLevel::warning},
                                         {"info", LogLevel::info},
                                         {"debug", LogLevel::debug}}};
constexpr Words<LogFormat, 2> kLogFormats{{{"text", LogFormat::text}, {"json", LogFormat::json}}};
constexpr Words<bool, 2> kAutomatic{{{"auto", true}, {"off", false}}};
constexpr Words<bool, 4> kSwitch{{{"true", true}, {"false", false}, {"1", true}, {"0", false}}};
constexpr Words<std::string_view, 1> kContainerTypes{{{"PythonLTS", "PythonLTS"}}};
constexpr Words<NetworkStatus, 2> kNetworkStatuses{
    {{"EgressDisabled", NetworkStatus::egress_disabled},
     {"EgressEnabled", NetworkStatus::egress_enabled}}};

constexpr Words<ByVersion, 3> kByVersion{{{"by-version", ByVersion::by_version},
                                          {"always", ByVersion::always},
                                          {"never", ByVersion::never}}};
constexpr Words<TimeoutAboveMaximum, 2> kTimeouts{
    {{"cap", TimeoutAboveMaximum::cap}, {"reject", TimeoutAboveMaximum::reject}}};
constexpr Words<NoneValue, 3> kNoneValues{{{"by-version", NoneValue::by_version},
                                           {"null", NoneValue::null},
                                           {"empty", NoneValue::empty}}};
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
constexpr Words<UploadFolders, 2> kUploadFolders{
    {{"dropped", UploadFolders::dropped}, {"kept", UploadFolders::kept}}};
constexpr Words<FileNames, 2> kFileNames{
    {{"any", FileNames::any}, {"documented", FileNames::documented}}};

constexpr std::array kOptions{
    Option{"port", "Server", "N", "port of the emulated service; 0 picks a free one",
           kNumber<&Config::port, 0, kMaxU16>},
    Option{"https-port", "Server", "N", "port of the same over TLS; 0 picks a free one; off: none",
           kHttpsPort},
    Option{"admin-port", "Server", "N", "port of the emulator's own API; 0 picks a free one",
           kNumber<&Config::admin_port, 0, kMaxU16>},
    Option{"listen", "Server", "ADDRESS",
           "of all ports; whoever reaches it runs code on this machine",
           kIpAddress<&Config::listen>},
    Option{"allowed-host", "Server", "NAMES",
           "more names that requests may have in Host, such as a,b", kList<&Config::allowed_hosts>},
    Option{"tls-name", "Server", "NAMES",
           "more names for the certificate, such as a,*.b.org,10.0.0.5", kTlsNames},
    Option{"state-dir", "Server", "PATH",
           "keeps the certificate authority; default: the user's, see `cert`",
           kPath<&Config::state_dir>},
    Option{"ready-file", "Server", "PATH", "write the ready line to this file once serving",
           kPath<&Config::ready_file>},
    Option{"drain-period", "Server", "SECONDS",
           "how long running requests may go on after SIGTERM or Ctrl-C",
           kNumber<&Config::drain_period, 0, 3600>},
    Option{"log-level", "Server", "LEVEL", "error, warning, info or debug",
           kChoice<&Config::log_level, kLogLevels>},
    Option{"log-format", "Server", "FORMAT", "Log as lines of text, or as one JSON object per line",
           kChoice<&Config::log_format, kLogFormats>},

    Option{"name", "Session pool", "NAME", "name of the pool in the printed endpoint",
           kPathSegment<&Config::name>},
    Option{"resource-group", "Session pool", "NAME", "its resource group",
           kPathSegment<&Config::resource_group>},
    Option{"subscription", "Session pool", "ID", "its subscription",
           kPathSegment<&Config::subscription>},
    Option{"location", "Session pool", "REGION",
           "its region; shown at the start, never connected to", kPathSegment<&Config::location>},
    Option{"container-type", "Session pool", "TYPE", "PythonLTS",
           kChoice<&Config::container_type, kContainerTypes>},
    Option{"max-sessions", "Session pool", "N", "maximum concurrent sessions of a pool",
           kNumber<&Config::max_sessions, 1, 100'000>},
    Option{"ready-sessions", "Session pool", "N",
           "interpreters kept started in advance, at most --max-sessions",
           kNumber<&Config::ready_sessions, 0, 10'000>},
    Option{"cooldown-period", "Session pool", "SECONDS", "idle time after which a session ends",
           kNumber<&Config::cooldown_period, 1, 31'536'000>},
    Option{"network-status", "Session pool", "STATUS",
           "whether sessions reach the network, or nothing but their own loopback",
           kChoice<&Config::network_status, kNetworkStatuses>},

    Option{"python", "Sandbox", "PATH", "python3 with IPython; default: the one `make run` built",
           kPath<&Config::python>},
    Option{"sandbox", "Sandbox", "MODE",
           "auto: full, or else restricted; insecure isolates nothing",
           kChoice<&Config::sandbox, kSandboxModes>},
    Option{"no-zygote", "Sandbox", "",
           "start each interpreter anew instead of forking a loaded one",
           kChoice<&Config::no_zygote, kSwitch>},
    Option{"preload", "Sandbox", "MODULES",
           "modules that forked interpreters have loaded, such as a,b.c", kList<&Config::preload>},
    Option{"data-quota-mb", "Sandbox", "N", "size of a session's /mnt/data in MiB",
           kNumber<&Config::data_quota_mb, 1, 1'048'576>},
    Option{"max-files", "Sandbox", "N", "files and directories in a session's /mnt/data",
           kNumber<&Config::max_files, 16, 100'000'000>},
    Option{"tmp-quota-mb", "Sandbox", "N", "size of a session's /tmp in MiB",
           kNumber<&Config::tmp_quota_mb, 1, 1'048'576>},
    Option{"shm-quota-mb", "Sandbox", "N", "size of a session's /dev/shm in MiB",
           kNumber<&Config::shm_quota_mb, 1, 1'048'576>},
    Option{"memory-limit-mb", "Sandbox", "N",
           "memory of a session in MiB, beside what its files take",
           kNumber<&Config::memory_limit_mb, 64, 1'048'576>},
    Option{"max-processes", "Sandbox", "N", "processes and threads of a session",
           kNumber<&Config::max_processes, 8, 32'768>},
    Option{"max-open-files", "Sandbox", "N", "open files of each process of a session",
           kNumber<&Config::max_open_files, 64, 1'048'576>},
    Option{"cpu-limit", "Sandbox", "CPUS", "CPUs that a session may keep busy, such as 0.5",
           kCpuLimit},
    Option{"control-groups", "Sandbox", "MODE",
           "auto: keep limits by control groups if possible; off: without",
           kChoice<&Config::control_groups, kAutomatic>},

    Option{"auth", "Contract", "MODE",
           "any: any bearer token; claims: by audience, time and role; off: none",
           kChoice<&Config::auth, kAuthModes>},
    Option{"executor", "Contract", "OIDS", "oid, appid or sub of who has the role, such as a,b",
           kList<&Config::executors>},
    Option{"exact", "Contract", "", "send nothing that the real service would not send",
           kChoice<&Config::exact, kSwitch>},

    Option{"object-ids", kContractOptions, "WHEN", "`$id` in JSON: by-version, always or never",
           kChoice<&ContractOptions::object_ids, kByVersion>, "row 3"},
    Option{"lenient-bodies", kContractOptions, "",
           "execute takes a body in another dialect's wrapping, and its identifier",
           kChoice<&ContractOptions::lenient_bodies, kSwitch>, "rows 4 and 5"},
    Option{"timeout-above-220", kContractOptions, "WORD",
           "timeoutInSeconds above 220: cap it, or reject it with 400",
           kChoice<&ContractOptions::timeout_above_maximum, kTimeouts>, "row 7"},
    Option{"string-quotes", kContractOptions, "WHEN",
           "a str value in quotes: by-version, always or never",
           kChoice<&ContractOptions::string_quotes, kByVersion>, "row 9"},
    Option{"none-value", kContractOptions, "WORD",
           "a None value: by-version, null, or an empty string",
           kChoice<&ContractOptions::none_value, kNoneValues>, "row 10"},
    Option{"image-and-value", kContractOptions, "WORD",
           "a figure and a value: the image wins, or the value does",
           kChoice<&ContractOptions::image_and_value, kImageAndValue>, "row 12"},
    Option{"stream-limit", kContractOptions, "LIMIT",
           "characters of stdout and of stderr: by-version, none or N", kStreamLimit, "row 17"},
    Option{"unknown-api-version", kContractOptions, "WORD",
           "answered as newest; or reject: 400; unauthorized: 401",
           kChoice<&ContractOptions::unknown_api_version, kUnknownVersions>, "row 18"},
    Option{"missing-api-version", kContractOptions, "WORD",
           "answered as oldest; or reject: 400, but on python/*",
           kChoice<&ContractOptions::missing_api_version, kMissingVersions>, "row 18"},
    Option{"role-missing", kContractOptions, "STATUS",
           "answer to a token without the role: 403 or 401",
           kChoice<&Config::role_missing, kMissingRoleAnswers>, "row 19"},
    Option{"pool-full", kContractOptions, "STATUS", "no room for another session: 404 or 429",
           kChoice<&ContractOptions::pool_full, kPoolFull>, "row 20"},
    Option{"session-missing", kContractOptions, "STATUS",
           "no such session to look at or to delete: 400 or 404",
           kChoice<&ContractOptions::session_missing, kSessionMissing>, "row 21"},
    Option{"identifier-rule", kContractOptions, "WORD",
           "by-version, or as documented: 4 to 128, fewer marks",
           kChoice<&ContractOptions::identifiers, kIdentifierRules>, "row 23"},
    Option{"upload-type", kContractOptions, "WORD",
           "type and contentType in the answer to an upload: filled or empty",
           kChoice<&ContractOptions::upload_type, kUploadTypes>, "row 24"},
    Option{"metadata-type", kContractOptions, "WHEN",
           "the same in a file's metadata: by-version, always or never",
           kChoice<&ContractOptions::metadata_type, kByVersion>, "row 25"},
    Option{"async-kernel", kContractOptions, "WORD",
           "variables of asynchronous executions: separate or shared",
           kChoice<&ContractOptions::asynchronous_kernel, kAsynchronousKernels>, "row 35"},
    Option{"upload-folders", kContractOptions, "WORD",
           "in the name of an upload, a/b/x.csv: dropped or kept",
           kChoice<&ContractOptions::upload_directories, kUploadFolders>, "section 7"},
    Option{"file-names", kContractOptions, "WORD",
           "of uploads: any, or only with the documented characters",
           kChoice<&ContractOptions::file_names, kFileNames>, "section 6"},
};

template <typename Meaning, std::size_t kCount>
std::string word_for(const Words<Meaning, kCount>& words, Meaning wanted) {
  for (const auto& [word, meaning] : words) {
    if (meaning == wanted) return std::string(word);
  }
  return {};
}

}  // namespace

std::span<const Option> all_options() { return kOptions; }

std::string name_of(LogLevel level) { return word_for(kLogLevels, level); }

std::string name_of(LogFormat format) { return word_for(kLogFormats, format); }

std::string name_of(NetworkStatus status) { return word_for(kNetworkStatuses, status); }

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
