#include "servers/maker/backends.h"

#include <cstdlib>
#include <utility>

#include "backends/docker/docker_backend.h"
#include "backends/process/process_backend.h"
#include "backends/swarm/swarm_backend.h"

namespace oofgg::servers {
namespace {

using orchestration::ContainerBackend;

backends::EngineSettings EngineSettingsOf(const BackendSettings& settings) {
  backends::EngineSettings engine{.host = settings.docker_host,
                                  .tls_verify = settings.docker_tls_verify,
                                  .cert_path = settings.docker_cert_path,
                                  .version = settings.docker_api_version};
  const char* const home = std::getenv("HOME");
  // Where Docker's own clients look.
  if (!engine.tls_verify.empty() && engine.cert_path.empty() && home != nullptr) {
    engine.cert_path = std::string(home) + "/.docker";
  }
  return engine;
}

StatusOr<backends::ImageOptions> ImageOptionsOf(const BackendSettings& settings) {
  OOFGG_ASSIGN_OR_RETURN(const auto policy, backends::ParsePullPolicy(settings.pull_policy));
  return backends::ImageOptions{.image = settings.image,
                                .policy = policy,
                                .username = settings.registry_username,
                                .password = settings.registry_password};
}

StatusOr<std::unique_ptr<ContainerBackend>> MakeProcess(const BackendSettings& settings,
                                                        const std::string& public_host) {
  backends::ProcessBackendOptions options{
      .command = settings.process_command, .directory = settings.data, .public_host = public_host};
  Apply(settings.process, options);
  return backends::ProcessBackend::Make(std::move(options));
}

StatusOr<backends::DockerBackendOptions> DockerOptionsOf(const BackendSettings& settings,
                                                         const std::string& public_host,
                                                         const std::string& maker_id) {
  OOFGG_ASSIGN_OR_RETURN(auto image, ImageOptionsOf(settings));
  return backends::DockerBackendOptions{.engine = EngineSettingsOf(settings),
                                        .image = std::move(image),
                                        .expose_port = settings.expose_port,
                                        .control_port = static_cast<std::uint16_t>(settings.control_port),
                                        .network = settings.docker_network,
                                        .public_host = public_host,
                                        .limits = {.memory_mib = settings.memory_mib,
                                                   .cpus = settings.cpus,
                                                   .pids = settings.pids,
                                                   .new_privileges = settings.new_privileges,
                                                   .read_only = settings.read_only,
                                                   .capabilities = settings.capabilities},
                                        .owner = maker_id};
}

/// The usual reason why a maker in a container does not get through; to wait would not help.
Status CheckEngineSocket(const BackendSettings& settings) {
  OOFGG_ASSIGN_OR_RETURN(const auto address, backends::ParseEngineAddress(EngineSettingsOf(settings)));
  return backends::CheckSocket(address);
}

StatusOr<std::unique_ptr<ContainerBackend>> MakeDocker(const BackendSettings& settings,
                                                       const std::string& public_host,
                                                       const BackendParts& parts) {
  OOFGG_RETURN_IF_ERROR(CheckEngineSocket(settings));
  OOFGG_ASSIGN_OR_RETURN(auto options, DockerOptionsOf(settings, public_host, parts.maker_id));
  OOFGG_ASSIGN_OR_RETURN(auto docker, backends::DockerBackend::Make(
                                          std::move(options), {parts.executor, parts.clock, parts.random}));
  OOFGG_RETURN_IF_ERROR(docker->CheckSetting());
  return docker;
}

StatusOr<std::unique_ptr<ContainerBackend>> MakeSwarm(const BackendSettings& settings,
                                                      const std::string& public_host,
                                                      const BackendParts& parts) {
  OOFGG_RETURN_IF_ERROR(CheckEngineSocket(settings));
  OOFGG_ASSIGN_OR_RETURN(auto options, DockerOptionsOf(settings, public_host, parts.maker_id));
  OOFGG_ASSIGN_OR_RETURN(auto swarm, backends::SwarmBackend::Make(
                                         {.docker = std::move(options),
                                          .constraints = settings.swarm_constraints,
                                          .verify_cooldown = settings.converge_cooldown,
                                          .verify_tries = static_cast<std::size_t>(settings.converge_tries)},
                                         {parts.executor, parts.clock, parts.random}));
  OOFGG_RETURN_IF_ERROR(swarm->CheckSetting());
  return swarm;
}

}  // namespace

StatusOr<std::unique_ptr<ContainerBackend>> MakeBackend(const BackendSettings& settings,
                                                        const std::string& public_host,
                                                        const BackendParts& parts) {
  if (settings.backend == "docker") return MakeDocker(settings, public_host, parts);
  if (settings.backend == "swarm") return MakeSwarm(settings, public_host, parts);
  return MakeProcess(settings, public_host);
}

}  // namespace oofgg::servers
