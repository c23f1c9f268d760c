#include "emulator/app/document_deployment.h"

#include <utility>

#include "emulator/surfaces/control_plane/arm_versions.h"
#include "emulator/surfaces/control_plane/deployments/deploy.h"

namespace dynsessions {
namespace asio = boost::asio;

using surfaces::control_plane::ArmError;
using surfaces::control_plane::ArmResult;
using surfaces::control_plane::Caller;
using surfaces::control_plane::DeploymentRequest;
using surfaces::control_plane::DeploymentTarget;
using surfaces::control_plane::ResourceId;
using surfaces::control_plane::Services;
using template_files::Document;

namespace {

std::string text_of(const ArmError& error) {
  std::string text = error.code + ": " + error.message;
  for (const ArmError& detail : error.details) text += "; " + text_of(detail);
  return text;
}

ArmResult<void> put_pool(const Services& services, const Caller& caller, const Document& document,
                         const pools::PoolName& home) {
  pools::PoolName name = home;
  name.name = document.name;
  const ResourceId id = surfaces::control_plane::id_of(name);
  const std::string version(surfaces::control_plane::default_version());
  const auto done = services.store.put_resource(id, version, document.content, caller);
  if (!done) return done.error();
  return {};
}

asio::awaitable<ArmResult<void>> deploy_template(const Services& services, const Caller& caller,
                                                 Document document, pools::PoolName home) {
  DeploymentTarget target{{home.subscription, home.resource_group}, document.name};
  if (document.kind == Document::Kind::subscription_template) target.scope.group.clear();
  DeploymentRequest request;
  request.source = std::move(document.content);
  request.parameters = std::move(document.parameters);
  co_return co_await surfaces::control_plane::deploy(services, caller, std::move(target),
                                                     std::move(request));
}

}  // namespace

asio::awaitable<Result<void>> deploy_document(const Services& services, const Caller& caller,
                                              Document document, pools::PoolName home) {
  ArmResult<void> done;
  if (document.kind == Document::Kind::pool) {
    done = put_pool(services, caller, document, home);
  } else {
    done = co_await deploy_template(services, caller, std::move(document), std::move(home));
  }
  if (!done) co_return invalid_request(text_of(done.error()));
  co_return Result<void>{};
}

}  // namespace dynsessions
