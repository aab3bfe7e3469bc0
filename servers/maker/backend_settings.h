#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "oofgg/status.h"
#include "servers/common/flags.h"
#include "servers/maker/process_settings.h"

namespace oofgg::servers {

/// What runs game servers, and how: one group of settings for each backend.
struct BackendSettings {
  std::string backend{};  ///< CONTAINER_BACKEND; empty until `ChooseBackend`, unless it was said.
  std::string process_command{};
  ProcessSettings process{};
  std::string data = "oofgg-data/servers";

  std::string docker_host{};
  std::string docker_tls_verify{};
  std::string docker_cert_path{};
  std::string docker_api_version{};
  std::string docker_network{};

  std::string image{};  ///< IMAGE_TO_PULL, and the rest of IMAGE_….
  std::string expose_port = "3000/tcp";
  std::int64_t control_port = 3000;
  std::string pull_policy = "always";
  std::string registry_username{};
  std::string registry_password{};
  std::int64_t memory_mib = 0;
  double cpus = 0;
  std::int64_t pids = 1024;
  std::string capabilities{};
  bool new_privileges = false;
  bool read_only = false;

  std::vector<std::string> swarm_constraints{};
  std::chrono::milliseconds converge_cooldown{1'000};
  std::int64_t converge_tries = 10;
};

/// Adds the flags of `settings`, which must outlive `Flags::Parse`.
void AddBackendFlags(Flags& flags, BackendSettings& settings);

/// Unless it was said: `docker` where an image is all that is given to start, as older deployments know no
/// `process`; else `process`.
void ChooseBackend(BackendSettings& settings);

/// kInvalidArgument where they do not fit together. `fleets_say_what`: the image or the command of each fleet
/// may be in the fleets file.
[[nodiscard]] Status CheckTogether(const BackendSettings& settings, bool fleets_say_what);

}  // namespace oofgg::servers
