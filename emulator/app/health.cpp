#include "emulator/app/health.h"

#include <utility>

#include "emulator/cures/cures.h"

namespace dynsessions {
namespace asio = boost::asio;
using surfaces::admin::Component;
using surfaces::admin::PackageReport;

namespace {

constexpr std::chrono::seconds kHealthTimeout{2};

Component interpreter_component(std::string name, const execution::Readiness& readiness) {
  std::string detail = "Python starts in a sandbox";
  if (readiness.failure) {
    const std::string cure = cure_of(*readiness.failure);
    detail = readiness.failure->message + (cure.empty() ? "" : "; " + cure);
  } else if (!readiness.proven) {
    detail = "the first interpreter is starting";
  }
  return {std::move(name), readiness.proven && !readiness.failure, std::move(detail)};
}

asio::awaitable<Component> launcher_component(execution::LauncherClient& launcher) {
  const bool answers = co_await launcher.answers(kHealthTimeout);
  const char* detail = "running";
  if (!answers) detail = "the sandbox launcher does not answer";
  if (!launcher.alive()) detail = "the sandbox launcher has ended";
  co_return Component{"launcher", answers, detail};
}

std::string limits_of(const execution::LauncherClient& launcher) {
  const std::string& obstacle = launcher.obstacle_to_limits();
  return sandbox::summary(launcher.limits()) + (obstacle.empty() ? "" : "; " + obstacle);
}

}  // namespace

asio::awaitable<std::vector<Component>> components(execution::LauncherClient& launcher,
                                                   const std::optional<TierChoice>& tier,
                                                   std::vector<pools::Pool*> declared_pools) {
  if (!tier) {
    Component scripts{"scripts", true, "scripts answer, no program runs"};
    std::vector<Component> only;
    only.push_back(std::move(scripts));
    co_return only;
  }
  Component of_launcher = co_await launcher_component(launcher);
  std::vector<Component> all{std::move(of_launcher), {"sandbox", true, description_of(*tier)}};
  for (const pools::Pool* pool : declared_pools) {
    const bool is_default = pool == declared_pools.front();
    all.push_back(interpreter_component(
        is_default ? "interpreter" : "interpreter of " + pool->definition().id.name,
        pool->readiness()));
  }
  all.push_back({"limits", true, limits_of(launcher)});
  co_return all;
}

Component package_component(const PackageReport& report) {
  using State = PackageReport::State;
  std::string detail = "those of " + report.requirements;
  if (report.state == State::none) detail = "there is no directory to keep added packages in";
  if (report.state == State::installing) {
    detail = "those of " + report.requirements + " are being installed, sessions have earlier ones";
  }
  if (report.state == State::failed) {
    detail =
        "not those of " + report.requirements + ", sessions keep earlier ones: " + report.failure;
  }
  return {"packages", true, std::move(detail)};
}

}  // namespace dynsessions
