#include "emulator/config/options.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <concepts>
#include <limits>
#include <utility>

#include <boost/asio/ip/address.hpp>

namespace dynsessions::config {
namespace {

constexpr std::uint64_t kMaxU16 = std::numeric_limits<std::uint16_t>::max();

std::uint64_t parse_number(std::string_view text, std::uint64_t low, std::uint64_t high) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < low || value > high) {
    throw ConfigError("expected a whole number from " + std::to_string(low) + " to " +
                      std::to_string(high));
  }
  return value;
}

/// The type of the member that a pointer to member points to.
template <auto Member>
using MemberType = std::remove_reference_t<decltype(std::declval<Config&>().*Member)>;

template <auto Member, std::uint64_t Low, std::uint64_t High>
void number(Config& config, std::string_view text) {
  config.*Member = MemberType<Member>(parse_number(text, Low, High));
}

template <auto Member>
std::string show_number(const Config& config) {
  if constexpr (std::integral<MemberType<Member>>) {
    return std::to_string(config.*Member);
  } else {
    return std::to_string((config.*Member).count());
  }
}

template <auto Member>
void text(Config& config, std::string_view value) {
  config.*Member = std::string(value);
}

template <auto Member>
std::string show_text(const Config& config) {
  return config.*Member;
}

template <auto Member>
void ip_address(Config& config, std::string_view value) {
  boost::system::error_code error;
  boost::asio::ip::make_address(value, error);
  if (error) throw ConfigError("expected an IP address");
  config.*Member = std::string(value);
}

/// Values with commas between them, none of them empty and made of what names, addresses, ids and
/// `*.example.org` have.
template <auto Member>
void list(Config& config, std::string_view value) {
  const auto belongs = [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("-_.:[]*").find(char(c)) != std::string_view::npos;
  };
  std::vector<std::string> items;
  while (true) {
    const std::string_view item = value.substr(0, value.find(','));
    if (item.empty() || !std::all_of(item.begin(), item.end(), belongs)) {
      throw ConfigError("expected names or ids with commas between them");
    }
    items.emplace_back(item);
    if (item.size() == value.size()) break;
    value.remove_prefix(item.size() + 1);
  }
  config.*Member = std::move(items);
}

template <auto Member>
std::string show_list(const Config& config) {
  std::string shown;
  for (const std::string& item : config.*Member) shown += (shown.empty() ? "" : ",") + item;
  return shown;
}

/// A port, or the word that switches HTTPS off.
void https_port(Config& config, std::string_view text) {
  if (text == "off") {
    config.https_port.reset();
    return;
  }
  try {
    config.https_port = std::uint16_t(parse_number(text, 0, kMaxU16));
  } catch (const ConfigError& error) {
    throw ConfigError(error.what() + std::string(" or off"));
  }
}

std::string show_https_port(const Config& config) {
  return config.https_port ? std::to_string(*config.https_port) : "off";
}

void tls_names(Config& config, std::string_view text) {
  Result<std::vector<tls::Name>> names = tls::parse_names(text);
  if (!names) throw ConfigError("expected names like a, *.b.org or 10.0.0.5, commas between them");
  config.tls_names = *std::move(names);
}

std::string show_tls_names(const Config& config) {
  std::string shown;
  for (const tls::Name& name : config.tls_names) shown += (shown.empty() ? "" : ",") + name.text();
  return shown;
}

/// A name that becomes a segment of the pool's path.
template <auto Member>
void path_segment(Config& config, std::string_view value) {
  const auto is_plain = [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
  };
  if (value.empty() || !std::all_of(value.begin(), value.end(), is_plain)) {
    throw ConfigError("expected letters, digits, `-`, `_` and `.`");
  }
  config.*Member = std::string(value);
}

/// Words for the values of one member. Of several words for one value the first is shown.
template <typename Value, std::size_t N>
using Words = std::array<std::pair<std::string_view, Value>, N>;

constexpr Words<AuthMode, 3> kAuthModes{
    {{"any", AuthMode::any}, {"claims", AuthMode::claims}, {"off", AuthMode::off}}};
constexpr Words<MissingRole, 2> kMissingRoleAnswers{
    {{"403", MissingRole::permission_denied}, {"401", MissingRole::unauthenticated}}};
constexpr Words<SandboxMode, 2> kSandboxModes{
    {{"auto", SandboxMode::automatic}, {"full", SandboxMode::full}}};
constexpr Words<LogLevel, 4> kLogLevels{{{"error", LogLevel::error},
                                         {"warning", LogLevel::warning},
                                         {"info", LogLevel::info},
                                         {"debug", LogLevel::debug}}};
constexpr Words<bool, 4> kSwitch{{{"true", true}, {"false", false}, {"1", true}, {"0", false}}};
constexpr Words<std::string_view, 1> kContainerTypes{{{"PythonLTS", "PythonLTS"}}};
constexpr Words<std::string_view, 1> kNetworkStatuses{{{"EgressDisabled", "EgressDisabled"}}};

template <auto Member, const auto& kWords>
void choice(Config& config, std::string_view value) {
  std::string accepted;
  for (const auto& [word, meaning] : kWords) {
    if (word == value) {
      config.*Member = meaning;
      return;
    }
    accepted += (accepted.empty() ? "" : " or ") + std::string(word);
  }
  throw ConfigError("expected " + accepted);
}

template <auto Member, const auto& kWords>
std::string show_choice(const Config& config) {
  for (const auto& [word, meaning] : kWords) {
    if (meaning == config.*Member) return std::string(word);
  }
  return {};
}

constexpr std::array kOptions{
    Option{"port", "Server", "N", "port of the emulated service; 0 picks a free one",
           number<&Config::port, 0, kMaxU16>, show_number<&Config::port>},
    Option{"https-port", "Server", "N", "port of the same over TLS; 0 picks a free one; off: none",
           https_port, show_https_port},
    Option{"admin-port", "Server", "N", "port of the emulator's own API; 0 picks a free one",
           number<&Config::admin_port, 0, kMaxU16>, show_number<&Config::admin_port>},
    Option{"listen", "Server", "ADDRESS",
           "of all ports; whoever reaches it runs code on this machine",
           ip_address<&Config::listen>, show_text<&Config::listen>},
    Option{"allowed-host", "Server", "NAMES",
           "more names that requests may have in Host, such as a,b", list<&Config::allowed_hosts>,
           show_list<&Config::allowed_hosts>, true},
    Option{"tls-name", "Server", "NAMES",
           "more names for the certificate, such as a,*.b.org,10.0.0.5", tls_names, show_tls_names,
           true},
    Option{"state-dir", "Server", "PATH",
           "keeps the certificate authority; default: the user's, see `cert`",
           text<&Config::state_dir>, show_text<&Config::state_dir>},
    Option{"ready-file", "Server", "PATH", "write the ready line to this file once serving",
           text<&Config::ready_file>, show_text<&Config::ready_file>},
    Option{"drain-period", "Server", "SECONDS",
           "how long running requests may go on after SIGTERM or Ctrl-C",
           number<&Config::drain_period, 0, 3600>, show_number<&Config::drain_period>},
    Option{"log-level", "Server", "LEVEL", "error, warning, info or debug",
           choice<&Config::log_level, kLogLevels>, show_choice<&Config::log_level, kLogLevels>},

    Option{"name", "Session pool", "NAME", "name of the pool in the printed endpoint",
           path_segment<&Config::name>, show_text<&Config::name>},
    Option{"resource-group", "Session pool", "NAME", "its resource group",
           path_segment<&Config::resource_group>, show_text<&Config::resource_group>},
    Option{"subscription", "Session pool", "ID", "its subscription",
           path_segment<&Config::subscription>, show_text<&Config::subscription>},
    Option{"location", "Session pool", "REGION",
           "its region; shown at the start, never connected to", path_segment<&Config::location>,
           show_text<&Config::location>},
    Option{"container-type", "Session pool", "TYPE", "PythonLTS",
           choice<&Config::container_type, kContainerTypes>, show_text<&Config::container_type>},
    Option{"max-sessions", "Session pool", "N", "maximum concurrent sessions of a pool",
           number<&Config::max_sessions, 1, 100'000>, show_number<&Config::max_sessions>},
    Option{"ready-sessions", "Session pool", "N", "interpreters kept started in advance",
           number<&Config::ready_sessions, 0, 10'000>, show_number<&Config::ready_sessions>},
    Option{"cooldown-period", "Session pool", "SECONDS", "idle time after which a session ends",
           number<&Config::cooldown_period, 1, 31'536'000>, show_number<&Config::cooldown_period>},
    Option{"network-status", "Session pool", "STATUS",
           "EgressDisabled: sessions have no network but their own loopback",
           choice<&Config::network_status, kNetworkStatuses>, show_text<&Config::network_status>},

    Option{"python", "Sandbox", "PATH", "python3 with IPython; default: the one `make run` built",
           text<&Config::python>, show_text<&Config::python>},
    Option{"sandbox", "Sandbox", "MODE", "auto or full: every layer, or no start",
           choice<&Config::sandbox, kSandboxModes>, show_choice<&Config::sandbox, kSandboxModes>},
    Option{"data-quota-mb", "Sandbox", "N", "size of a session's /mnt/data in MiB",
           number<&Config::data_quota_mb, 1, 1'048'576>, show_number<&Config::data_quota_mb>},
    Option{"memory-limit-mb", "Sandbox", "N", "private memory of each process in MiB",
           number<&Config::memory_limit_mb, 64, 1'048'576>, show_number<&Config::memory_limit_mb>},
    Option{"max-processes", "Sandbox", "N", "processes and threads of a session",
           number<&Config::max_processes, 8, 32'768>, show_number<&Config::max_processes>},

    Option{"auth", "Contract", "MODE",
           "any: any bearer token; claims: by audience, time and role; off: none",
           choice<&Config::auth, kAuthModes>, show_choice<&Config::auth, kAuthModes>},
    Option{"executor", "Contract", "OIDS", "oid, appid or sub of who has the role, such as a,b",
           list<&Config::executors>, show_list<&Config::executors>, true},
    Option{"role-missing", "Contract", "STATUS", "answer to a token without the role: 403 or 401",
           choice<&Config::role_missing, kMissingRoleAnswers>,
           show_choice<&Config::role_missing, kMissingRoleAnswers>},
    Option{"exact", "Contract", "", "send nothing that the real service would not send",
           choice<&Config::exact, kSwitch>, show_choice<&Config::exact, kSwitch>},
};

}  // namespace

std::span<const Option> all_options() { return kOptions; }

std::string name_of(LogLevel level) {
  for (const auto& [word, meaning] : kLogLevels) {
    if (meaning == level) return std::string(word);
  }
  return {};
}

std::string Option::environment_name() const {
  std::string name = "DYNSESSIONS_";
  for (const char c : key) {
    name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return name;
}

}  // namespace dynsessions::config
