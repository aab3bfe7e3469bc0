#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "oofgg/status.h"
#include "orchestration/container_backend.h"

namespace oofgg::backends {

// What marks a container as ours. They are all that adoption goes by, so they stay as they are.
inline constexpr const char* kMakerLabel = "gg.oof.maker";  ///< Always "1".
inline constexpr const char* kOwnerLabel = "gg.oof.owner";  ///< Which of the makers on the engine made it.
inline constexpr const char* kFleetLabel = "gg.oof.fleet";
inline constexpr const char* kServerLabel = "gg.oof.server";
inline constexpr const char* kPortLabel = "gg.oof.port";  ///< `3000/tcp`, in the container, for players.
inline constexpr const char* kControlLabel = "gg.oof.control";  ///< `3000`, in the container.

/// What one game server may use of its machine, and may do there.
struct ContainerLimits {
  std::int64_t memory_mib = 0;  ///< IMAGE_MEMORY; 0: no limit.
  double cpus = 0;              ///< IMAGE_CPUS; 0: no limit.
  std::int64_t pids = 1024;     ///< IMAGE_PIDS; 0: no limit.
  bool new_privileges = false;  ///< IMAGE_NEW_PRIVILEGES: setuid programs may raise them.
  bool read_only = false;       ///< IMAGE_READ_ONLY: its files cannot be changed, but for /tmp.
  std::string capabilities{};   ///< IMAGE_CAPABILITIES: those it keeps, with commas; `docker`: Docker's own.
};

/// An exposed port, as `3000/tcp`.
struct ExposedPort {
  std::uint16_t port = 3000;
  std::string protocol = "tcp";

  [[nodiscard]] std::string Text() const { return std::to_string(port) + "/" + protocol; }
  friend bool operator==(const ExposedPort&, const ExposedPort&) = default;
};

/// Errors: kInvalidArgument naming IMAGE_EXPOSE_PORT. Without a protocol it is tcp.
[[nodiscard]] StatusOr<ExposedPort> ParseExposedPort(std::string_view text);

/// How containers are made.
struct ContainerPlan {
  std::string image{};
  ExposedPort port{};
  std::uint16_t control_port = 3000;
  std::string network{};  ///< Empty: the engine's own, and the control port is published.
  /// Where the control port is published then: 127.0.0.1 where the engine is on this machine, else anywhere.
  std::string control_host = "127.0.0.1";
  ContainerLimits limits{};
  std::string owner{};  ///< Empty: not written down.
};

/// What `spec` is marked with.
[[nodiscard]] std::map<std::string, std::string> LabelsFor(const ContainerPlan& plan,
                                                           const orchestration::ServerSpec& spec);

/// The body of `POST /containers/create`. `{server_id}`, `{port}` and `{control_port}` are filled in in the
/// environment.
[[nodiscard]] std::string CreateBody(const ContainerPlan& plan, const orchestration::ServerSpec& spec);

/// A port of the host that leads into a container.
struct PublishedPort {
  std::string inside;  ///< `3000/tcp`.
  std::string host;
  std::uint16_t port = 0;

  friend bool operator==(const PublishedPort&, const PublishedPort&) = default;
};

/// A container as the engine tells of it.
struct Container {
  std::string state;  ///< `created`, `running`, `exited`, …
  std::map<std::string, std::string> labels;
  std::vector<PublishedPort> ports;
  std::map<std::string, std::string> addresses;  ///< By network.
  int exit_code = 0;  ///< Of `GET /containers/ID/json` only, as are the next three.
  bool out_of_memory = false;
  std::string error;
  std::string started_at;  ///< When its process was started, which is another moment after a restart.

  [[nodiscard]] std::string Label(const std::string& name) const;
  /// It has a process, and so players may be in it.
  [[nodiscard]] bool Runs() const { return state == "running" || state == "paused" || state == "restarting"; }
};

/// Reads `GET /containers/ID/json` and `GET /containers/json`. Errors: kUnavailable (not what the API says).
[[nodiscard]] StatusOr<Container> ParseContainer(std::string_view body);
[[nodiscard]] StatusOr<std::vector<Container>> ParseContainers(std::string_view body);

/// Where players and the maker reach it. `engine_host`: where ports are published, for us.
/// Errors: kUnavailable (a port that is not published).
[[nodiscard]] StatusOr<orchestration::RunningServer> Describe(const Container& container,
                                                              const std::string& network,
                                                              const std::string& public_host,
                                                              const std::string& engine_host);

/// How it ended, for people: `exit status 3`, `killed as it was out of memory`.
[[nodiscard]] std::string HowItEnded(const Container& container);

}  // namespace oofgg::backends
