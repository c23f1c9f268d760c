#include "emulator/conformance/run/own_emulator.h"

#include <cstdio>
#include <filesystem>

#include "emulator/conformance/cases/case.h"
#include "emulator/conformance/run/send.h"

namespace dynsessions::conformance {
namespace {

/// The options of every server of a run. `exact`: the cases expect exactly what the service sends.
const Needs kUsual{{"port", "0"},           {"admin-port", "0"}, {"https-port", "off"},
                   {"exact", "true"},       {"auth", "any"},     {"log-level", "warning"},
                   {"max-sessions", "1000"}};

/// The path of the server's program, in the directory of this one.
std::string emulator_program() { return (program_directory() / "dynsessions").string(); }

/// Azure Resource Manager answers over https only, and no case of it runs a program.
const Needs kOfControlPlane{{"https-port", "0"}, {"ready-sessions", "0"}, {"no-zygote", "true"}};

std::vector<std::string> command_line(Plane plane, const Needs& needs) {
  Needs options = needs;
  if (plane == Plane::control) options.insert(kOfControlPlane.begin(), kOfControlPlane.end());
  options.insert(kUsual.begin(), kUsual.end());
  std::vector<std::string> arguments{emulator_program(), "serve", "--unlisted"};
  for (const auto& [option, value] : options) arguments.push_back("--" + option + "=" + value);
  return arguments;
}

}  // namespace

OwnEmulator::OwnEmulator(Plane plane, const Needs& needs)
    : process_(command_line(plane, needs), ChildProcess::Kind::server) {
  std::string line;
  Json ready;
  do {  // the line before it reports the listening address
    line = process_.read_line();
    ready = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  } while (ready.is_object() && ready.value("event", "") == "listening");
  if (!ready.is_object() || !ready.contains("poolManagementEndpoint")) {
    if (line.empty()) process_.wait();
    throw Unreachable("the emulator did not start: " + process_.take_stderr());
  }
  if (plane == Plane::data) {
    address_ = {ready.at("poolManagementEndpoint").get<std::string>(), {}, {}};
  } else if (ready.contains("arm")) {
    address_ = {ready.at("arm").get<std::string>(), ready.at("authority").get<std::string>(),
                ready.at("subscription").get<std::string>()};
  } else {
    throw Unreachable("the emulator has no https port: " + process_.take_stderr());
  }
  process_.take_stderr();
}

OwnEmulator::~OwnEmulator() {
  process_.stop();  // its output is complete after the exit
  std::fputs(process_.take_stderr().c_str(), stderr);
}

std::filesystem::path program_directory() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path();
}

std::string make_test_token(const std::vector<std::string>& arguments) {
  std::vector<std::string> command{emulator_program(), "token"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  ChildProcess program(command);
  std::string token = program.read_line();
  if (program.wait() != 0 || token.empty()) throw Unreachable("`dynsessions token` failed");
  return token;
}

}  // namespace dynsessions::conformance
