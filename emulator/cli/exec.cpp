#include <cstdio>
#include <filesystem>
#include <fstream>

#include "emulator/base/child_process.h"
#include "emulator/cli/az_place.h"
#include "emulator/cli/command.h"
#include "emulator/cli/foreground_command.h"
#include "emulator/cli/server_choice.h"
#include "emulator/client_environment/pool_of_command.h"
#include "emulator/client_environment/variables.h"

namespace dynsessions::cli {
namespace {

/// The command that starts the server: on free ports unless the options name some, with its log in
/// a file in memory.
std::vector<std::string> server_command(const Invocation& call) {
  std::vector<std::string> words{std::filesystem::read_symlink("/proc/self/exe"), "serve",
                                 "--quiet"};
  config::Values options{
      {"port", "0"}, {"https-port", "0"}, {"admin-port", "0"}, {"unlisted", "true"}};
  for (const auto& [key, text] : call.options) options.insert_or_assign(key, text);
  options.erase("quiet");
  for (const auto& [key, text] : options) words.push_back("--" + key + "=" + text);
  if (!call.config_path.empty()) words.push_back("--config=" + call.config_path);
  return words;
}

/// Waits until an execution can be answered at once. Returns nullopt if the server exits first.
std::optional<client_environment::RunningServer> wait_until_ready(ChildProcess& server) {
  for (;;) {
    const std::string line = server.read_line();
    if (line.empty()) return std::nullopt;
    if (auto ready = client_environment::from_ready_line(line)) return ready;
  }
}

/// Writes the log to the file of --keep-log and prints its path, or suggests that flag.
void keep_log(const Invocation& call, const std::string& log) {
  const auto path = call.flags.find("--keep-log");
  if (path == call.flags.end()) {
    std::fputs("dynsessions exec: --keep-log FILE writes the log of the server to a file\n",
               stderr);
    return;
  }
  std::ofstream file(path->second);
  file << log;
  file.close();
  std::fprintf(stderr, "dynsessions exec: the log of the server %s %s\n",
               file ? "is in" : "cannot be written to", path->second.c_str());
}

int run_with(const client_environment::RunningServer& server, const Invocation& call) {
  const auto variables =
      client_environment::variables_for(server, az_stand_in_of(call), config::process_environment);
  return run_in_foreground(call.arguments, variables);
}

/// Refuses options that would only apply to a new server, because a running one is used.
void refuse_options_of_server(const Invocation& call) {
  std::string flag;
  if (!call.options.empty()) flag = "--" + call.options.begin()->first;
  if (!call.config_path.empty()) flag = "--config";
  if (call.flags.contains("--keep-log")) flag = "--keep-log";
  if (flag.empty()) return;
  throw config::ConfigError("`--server` uses a server that runs, so `" + flag +
                            "` has no effect; leave one of them out");
}

ExitCode run_at_running_server(const Invocation& call, const std::string& name) {
  refuse_options_of_server(call);
  const auto server = client_environment::with_fresh_pool(named_server(name));
  const int code = run_with(server, call);
  if (const auto ended = client_environment::end_sessions(server); !ended) {
    std::fprintf(stderr, "dynsessions exec: the sessions of the command end by cooldown: %s\n",
                 ended.error().message.c_str());
  }
  return ExitCode{code};
}

ExitCode run_with_own_server(const Invocation& call) {
  (void)settings_of(call);  // reports mistakes in the options before the server is started
  ChildProcess server(server_command(call), ChildProcess::Kind::server);
  const auto facts = wait_until_ready(server);
  if (!facts) {
    const int code = server.wait();
    std::fputs(server.take_stderr().c_str(), stderr);
    return ExitCode{code > 0 ? code : failed};
  }
  const int code = run_with(*facts, call);
  const int server_code = server.stop();
  if (code != 0 || server_code != 0) keep_log(call, server.take_stderr());
  return ExitCode{code != 0 || server_code == 0 ? code : failed};
}

ExitCode run_command(const Invocation& call) {
  if (call.arguments.empty()) {
    throw config::ConfigError("`exec` needs a command after `--`\nTry `dynsessions exec --help`.");
  }
  const auto server = call.flags.find(kServerFlag.name);
  return server == call.flags.end() ? run_with_own_server(call)
                                    : run_at_running_server(call, server->second);
}

constexpr Flag kExecFlags[] = {
    kServerFlag,
    kAzStandInFlag,
    {"--keep-log", "FILE", "File for the log of the server if the command fails."},
};

constexpr std::string_view kExecOptions[] = {"auth", "max-sessions", "cooldown-period"};

}  // namespace

const Command kExec{
    .name = "exec",
    .summary = "Run a command with a server and an environment that points at it.",
    .description =
        "Starts a server on free ports, waits until it is ready, runs the command with the "
        "variables of\n`dynsessions env`, forwards signals to it, and stops the server. Takes "
        "every option of `serve`.\nWith --server it uses a running server: the command gets a "
        "separate pool there, whose sessions\nend with the command.\n",
    .examples =
        "  dynsessions exec -- python agent.py\n"
        "  dynsessions exec --auth claims --keep-log server.log -- pytest tests\n"
        "  dynsessions exec --server last -- python agent.py\n",
    .exit_codes =
        "  that of the command; 128 and the number of the signal that ended it; 127 or 126 if it\n"
        "  cannot be found or run; that of `dynsessions serve` if the server does not start; 1 "
        "if the server\n  of --server does not run\n",
    .flags = kExecFlags,
    .takes_options = true,
    .common_options = kExecOptions,
    .argument = "-- COMMAND",
    .run = run_command,
};

}  // namespace dynsessions::cli
