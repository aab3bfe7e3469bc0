#include "servers/maker/backend_settings.h"

#include <cstdlib>

#include "backends/docker/container.h"
#include "backends/engine/engine_address.h"
#include "backends/engine/image_puller.h"
#include "base/trimmed.h"

namespace oofgg::servers {
namespace {

void AddCommandFlags(Flags& flags, BackendSettings& settings) {
  flags.Add({.name = "process-command",
             .help = "Starts a game server; {port}, {control_port} and {server_id} are filled in",
             .variable = "PROCESS_COMMAND",
             .value = "COMMAND"},
            &settings.process_command);
  flags.Add({.name = "data", .help = "Records and output of game servers", .value = "DIR"}, &settings.data);
}

void AddEngineFlags(Flags& flags, BackendSettings& settings) {
  flags.Add({.name = "docker-host",
             .help = "The Docker engine: unix:///PATH or tcp://HOST:PORT; none: unix:///var/run/docker.sock",
             .variable = "DOCKER_HOST",
             .value = "URL"},
            &settings.docker_host);
  flags.Add({.name = "docker-tls-verify",
             .help = "TLS to the engine if this is not empty",
             .variable = "DOCKER_TLS_VERIFY",
             .value = "1"},
            &settings.docker_tls_verify);
  flags.Add({.name = "docker-cert-path",
             .help = "Holds ca.pem, cert.pem and key.pem for TLS to the engine",
             .variable = "DOCKER_CERT_PATH",
             .value = "DIR"},
            &settings.docker_cert_path);
  flags.Add({.name = "docker-api-version",
             .help = "Version of the engine's API; none: the newest that both sides know",
             .variable = "DOCKER_API_VERSION",
             .value = "1.NN"},
            &settings.docker_api_version);
  flags.Add({.name = "docker-network",
             .help = "The network that game servers join and are asked on; none: their ports are published",
             .variable = "DOCKER_NETWORK",
             .value = "NAME"},
            &settings.docker_network);
}

void AddImageFlags(Flags& flags, BackendSettings& settings) {
  flags.Add({.name = "image-to-pull",
             .help = "The image of the game server",
             .variable = "IMAGE_TO_PULL",
             .value = "IMAGE"},
            &settings.image);
  flags.Add({.name = "image-expose-port",
             .help = "The port in the container that players connect to",
             .variable = "IMAGE_EXPOSE_PORT",
             .value = "PORT/tcp|udp"},
            &settings.expose_port);
  flags.Add({.name = "image-control-port",
             .help = "The port in the container that takes reservations",
             .variable = "IMAGE_CONTROL_PORT"},
            &settings.control_port, 1, 65'535);
  flags.Add({.name = "image-pull-policy",
             .help = "When the image is pulled at the start: always (the local one serves if it cannot be), "
                     "missing or never",
             .variable = "IMAGE_PULL_POLICY",
             .value = "always|missing|never"},
            &settings.pull_policy);
  flags.Add({.name = "image-registry-username",
             .help = "For the image's registry",
             .variable = "IMAGE_REGISTRY_USERNAME",
             .value = "NAME"},
            &settings.registry_username);
  flags.Add(
      {.name = "image-registry-password",
       .help = "For the image's registry; better in the environment, where no list of processes shows it",
       .variable = "IMAGE_REGISTRY_PASSWORD",
       .value = "PASSWORD"},
      &settings.registry_password);
}

void AddLimitFlags(Flags& flags, BackendSettings& settings) {
  flags.Add({.name = "image-memory",
             .help = "MiB of memory that one game server may use; 0: no limit",
             .variable = "IMAGE_MEMORY"},
            &settings.memory_mib, 0, std::int64_t{1} << 30);
  flags.AddCustom(
      {.name = "image-cpus",
       .help = "Processors that one game server may use, such as 0.5; 0: no limit",
       .variable = "IMAGE_CPUS",
       .value = "NUMBER"},
      "0", [&settings](std::string_view text) -> Status {
        const std::string copy(text);
        char* end = nullptr;
        settings.cpus = std::strtod(copy.c_str(), &end);
        const bool sound = !copy.empty() && *end == '\0' && settings.cpus >= 0 && settings.cpus <= 10'000;
        return sound ? Status() : MakeStatus(StatusCode::kInvalidArgument, "is a number such as 0.5 or 2");
      });
  flags.Add({.name = "image-pids",
             .help = "Processes and threads of one game server; 0: no limit",
             .variable = "IMAGE_PIDS"},
            &settings.pids, 0, 4'000'000);
  flags.Add({.name = "image-capabilities",
             .help = "Linux capabilities that game servers keep, such as CHOWN,SETUID; none: none; docker: "
                     "Docker's own",
             .variable = "IMAGE_CAPABILITIES",
             .value = "NAMES"},
            &settings.capabilities);
  flags.Add({.name = "image-new-privileges",
             .help = "Programs in the container may raise their privileges, as with setuid",
             .variable = "IMAGE_NEW_PRIVILEGES"},
            &settings.new_privileges);
  flags.Add({.name = "image-read-only",
             .help = "The container's files cannot be changed, but for /tmp",
             .variable = "IMAGE_READ_ONLY"},
            &settings.read_only);
}

void AddSwarmFlags(Flags& flags, BackendSettings& settings) {
  constexpr std::chrono::milliseconds kBareUnit{1};
  flags.AddCustom({.name = "swarm-constraints",
                   .help = "Where game servers may run, such as node.labels.games==true; several with commas",
                   .variable = "SWARM_CONSTRAINTS",
                   .value = "LIST"},
                  "anywhere", [&settings](std::string_view text) -> Status {
                    settings.swarm_constraints.clear();
                    while (!text.empty()) {
                      const auto comma = text.find(',');
                      const auto word = base::Trimmed(text.substr(0, comma));
                      if (!word.empty()) settings.swarm_constraints.emplace_back(word);
                      text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
                    }
                    return {};
                  });
  flags.Add({.name = "converge-verify-cooldown",
             .help = "From one look at a swarm's tasks to the next, in ms",
             .variable = "CONVERGE_VERIFY_COOLDOWN"},
            &settings.converge_cooldown, kBareUnit);
  flags.Add({.name = "converge-verify-retry-times",
             .help = "Looks until a swarm's task has failed to start",
             .variable = "CONVERGE_VERIFY_RETRY_TIMES"},
            &settings.converge_tries, 1, 10'000);
}

}  // namespace

void AddBackendFlags(Flags& flags, BackendSettings& settings) {
  flags.AddCustom({.name = "container-backend",
                   .help = "What runs game servers; none: they register themselves",
                   .variable = "CONTAINER_BACKEND",
                   .value = "process|docker|swarm|none"},
                  "docker with an image and no command, else process", [&settings](std::string_view text) {
                    settings.backend = text;
                    return Status();
                  });
  AddCommandFlags(flags, settings);
  AddProcessFlags(flags, settings.process);
  AddEngineFlags(flags, settings);
  AddImageFlags(flags, settings);
  AddLimitFlags(flags, settings);
  AddSwarmFlags(flags, settings);
}

void ChooseBackend(BackendSettings& settings) {
  if (!settings.backend.empty()) return;
  const bool has_image_only = !settings.image.empty() && settings.process_command.empty();
  settings.backend = has_image_only ? "docker" : "process";
}

Status CheckTogether(const BackendSettings& settings, bool fleets_say_what) {
  if (settings.backend == "docker" || settings.backend == "swarm") {
    if (!settings.image.empty() || !fleets_say_what) {
      OOFGG_RETURN_IF_ERROR(backends::ParseImage(settings.image).status());
    }
    OOFGG_RETURN_IF_ERROR(backends::ParsePullPolicy(settings.pull_policy).status());
    OOFGG_RETURN_IF_ERROR(backends::ParseExposedPort(settings.expose_port).status());
    return backends::ParseEngineAddress({.host = settings.docker_host}).status();
  }
  if (settings.backend == "none") return {};
  if (settings.backend != "process") {
    return MakeStatus(
        StatusCode::kInvalidArgument,
        "CONTAINER_BACKEND is 'process', 'docker', 'swarm', or 'none' where game servers only register "
        "themselves, not '" +
            settings.backend + "'");
  }
  if (!settings.process_command.empty() || fleets_say_what) return {};
  return MakeStatus(StatusCode::kInvalidArgument,
                    "PROCESS_COMMAND is not set; it names the game server to start, such as "
                    "'oofgg-arena --listen :{port} --control-listen 127.0.0.1:{control_port}'");
}

}  // namespace oofgg::servers
