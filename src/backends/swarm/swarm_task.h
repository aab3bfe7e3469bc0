#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "backends/docker/container.h"
#include "oofgg/status.h"
#include "orchestration/container_backend.h"

namespace oofgg::backends {

/// How services are made.
struct ServicePlan {
  ContainerPlan container{};               ///< `network` is an overlay network, or empty.
  std::vector<std::string> constraints{};  ///< SWARM_CONSTRAINTS: `node.labels.games==true`.
  std::chrono::milliseconds stop_grace{10'000};
};

/// The body of `POST /services/create`: one task, never restarted by the swarm, its ports those of its node.
[[nodiscard]] std::string ServiceBody(const ServicePlan& plan, const orchestration::ServerSpec& spec);

/// A task as the engine tells of it; of ours each service has one, unless somebody has had it scheduled anew.
struct SwarmTask {
  std::string id;
  std::string service_id;
  std::string node_id;
  std::string state;    ///< `new` to `running`, then `complete`, `failed`, `rejected`, …
  std::string desired;  ///< What the swarm wants it to be; `running` for one that is to live.
  std::string message;  ///< Why it is where it is.
  int exit_code = 0;
  std::uint64_t version = 0;  ///< The one that was created later has the greater.
  std::map<std::string, std::string> labels;
  std::map<std::string, std::uint16_t> ports;    ///< Of the node, by those inside: `3000/tcp`.
  std::map<std::string, std::string> addresses;  ///< By network.

  [[nodiscard]] std::string Label(const std::string& name) const;
  [[nodiscard]] bool Runs() const { return state == "running" && desired == "running"; }
  /// It may run yet.
  [[nodiscard]] bool Comes() const;
};

/// Reads `GET /tasks`. Errors: kUnavailable (not what the API says).
[[nodiscard]] StatusOr<std::vector<SwarmTask>> ParseTasks(std::string_view body);

/// Names and ids of `GET /services`, by name.
[[nodiscard]] StatusOr<std::vector<std::string>> ParseServiceNames(std::string_view body);

/// Where a node is for others, from `GET /nodes`: by id.
[[nodiscard]] StatusOr<std::map<std::string, std::string>> ParseNodes(std::string_view body);

/// Where players and the maker reach it. `node`: the address of its node. Errors: kUnavailable (a port or an
/// address that it has not).
[[nodiscard]] StatusOr<orchestration::RunningServer> DescribeTask(const SwarmTask& task,
                                                                  const std::string& network,
                                                                  const std::string& public_host,
                                                                  const std::string& node);

/// How it ended, or why it does not run, for people.
[[nodiscard]] std::string HowItIs(const SwarmTask& task);

}  // namespace oofgg::backends
