#include "backends/swarm/swarm_task.h"

#include <chrono>
#include <nlohmann/json.hpp>

#include "oofgg/parse.h"
#include "orchestration/fill_in.h"

namespace oofgg::backends {
namespace {

using SwarmJson = nlohmann::json;

const SwarmJson& Part(const SwarmJson& object, const std::string& name) {
  static const SwarmJson null;
  if (!object.is_object()) return null;
  const auto found = object.find(name);
  return found != object.end() ? *found : null;
}

std::string TextIn(const SwarmJson& object, const char* name) {
  const SwarmJson& value = Part(object, name);
  return value.is_string() ? value.get<std::string>() : std::string();
}

std::uint64_t NumberIn(const SwarmJson& object, const char* name) {
  const SwarmJson& value = Part(object, name);
  return value.is_number_unsigned() ? value.get<std::uint64_t>() : 0;
}

StatusOr<SwarmJson> ParseArray(std::string_view body) {
  auto json = SwarmJson::parse(body, nullptr, /*allow_exceptions=*/false);
  if (json.is_array()) return json;
  return MakeStatus(StatusCode::kUnavailable, "Docker: the engine's answer is no list");
}

SwarmJson Words(const std::string& text) {
  SwarmJson words = SwarmJson::array();
  std::string word;
  for (const char c : text + ",") {
    if (c != ',' && c != ' ') {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::exchange(word, {}));
    }
  }
  return words;
}

SwarmJson ContainerSpec(const ServicePlan& plan, const orchestration::ServerSpec& spec) {
  const ContainerPlan& container = plan.container;
  const std::map<std::string, std::string> values{{"port", std::to_string(container.port.port)},
                                                  {"control_port", std::to_string(container.control_port)},
                                                  {"server_id", spec.id}};
  SwarmJson environment = SwarmJson::array();
  for (const auto& [name, value] : spec.environment)
    environment.push_back(name + "=" + orchestration::FillIn(value, values));
  const ContainerLimits& limits = container.limits;
  SwarmJson made{{"Image", container.image},
                 {"Env", environment},
                 {"Labels", LabelsFor(container, spec)},
                 {"ReadOnly", limits.read_only},
                 {"StopGracePeriod", std::chrono::nanoseconds(plan.stop_grace).count()}};
  if (limits.read_only) made["Mounts"] = {{{"Type", "tmpfs"}, {"Target", "/tmp"}}};
  // Engines before 25 do not know it and leave it out.
  if (!limits.new_privileges) made["Privileges"] = {{"NoNewPrivileges", true}};
  if (limits.capabilities != "docker") {
    made["CapabilityDrop"] = {"ALL"};
    made["CapabilityAdd"] = Words(limits.capabilities);
  }
  return made;
}

SwarmJson Ports(const ContainerPlan& plan) {
  // Ports of the node itself: the swarm's own mesh wants IPVS, and hides which server answers.
  const auto publish = [](std::uint16_t port, const std::string& protocol) {
    return SwarmJson{{"Protocol", protocol}, {"TargetPort", port}, {"PublishMode", "host"}};
  };
  SwarmJson ports = SwarmJson::array({publish(plan.port.port, plan.port.protocol)});
  const bool same = plan.port.Text() == std::to_string(plan.control_port) + "/tcp";
  if (plan.network.empty() && !same) ports.push_back(publish(plan.control_port, "tcp"));
  return ports;
}

std::map<std::string, std::string> NetworksOf(const SwarmJson& task) {
  std::map<std::string, std::string> addresses;
  const SwarmJson& attachments = Part(task, "NetworksAttachments");
  if (!attachments.is_array()) return addresses;
  for (const SwarmJson& attachment : attachments) {
    const SwarmJson& list = Part(attachment, "Addresses");
    if (!list.is_array() || list.empty() || !list[0].is_string()) continue;
    const std::string address = list[0].get<std::string>();  // 10.0.1.3/24
    addresses[TextIn(Part(Part(attachment, "Network"), "Spec"), "Name")] =
        address.substr(0, address.find('/'));
  }
  return addresses;
}

SwarmTask TaskOf(const SwarmJson& json) {
  const SwarmJson& status = Part(json, "Status");
  SwarmTask task{.id = TextIn(json, "ID"),
                 .service_id = TextIn(json, "ServiceID"),
                 .node_id = TextIn(json, "NodeID"),
                 .state = TextIn(status, "State"),
                 .desired = TextIn(json, "DesiredState"),
                 .message = TextIn(status, "Err").empty() ? TextIn(status, "Message") : TextIn(status, "Err"),
                 .version = NumberIn(Part(json, "Version"), "Index"),
                 .labels = {},
                 .ports = {},
                 .addresses = NetworksOf(json)};
  const SwarmJson& code = Part(Part(status, "ContainerStatus"), "ExitCode");
  if (code.is_number_integer()) task.exit_code = code.get<int>();
  const SwarmJson& labels = Part(Part(Part(json, "Spec"), "ContainerSpec"), "Labels");
  if (labels.is_object()) {
    for (const auto& [name, value] : labels.items()) {
      if (value.is_string()) task.labels[name] = value.get<std::string>();
    }
  }
  const SwarmJson& ports = Part(Part(status, "PortStatus"), "Ports");
  if (!ports.is_array()) return task;
  for (const SwarmJson& port : ports) {
    const std::string inside = std::to_string(NumberIn(port, "TargetPort")) + "/" + TextIn(port, "Protocol");
    const std::uint64_t outside = NumberIn(port, "PublishedPort");
    // IPv4 comes first; the entry for IPv6 may be another port.
    if (outside > 0 && outside <= 65'535) task.ports.emplace(inside, static_cast<std::uint16_t>(outside));
  }
  return task;
}

Status HasNot(const SwarmTask& task, const std::string& what) {
  return MakeStatus(StatusCode::kUnavailable, task.Label(kServerLabel) + ": its task has " + what);
}

}  // namespace

std::string ServiceBody(const ServicePlan& plan, const orchestration::ServerSpec& spec) {
  const ContainerLimits& limits = plan.container.limits;
  SwarmJson bounds{{"MemoryBytes", limits.memory_mib << 20},
                   {"NanoCPUs", static_cast<std::int64_t>(limits.cpus * 1e9)}};
  if (limits.pids > 0) bounds["Pids"] = limits.pids;
  SwarmJson task{{"ContainerSpec", ContainerSpec(plan, spec)},
                 {"Resources", {{"Limits", bounds}}},
                 {"RestartPolicy", {{"Condition", "none"}}},
                 {"Placement", {{"Constraints", plan.constraints}}}};
  if (!plan.container.network.empty()) task["Networks"] = {{{"Target", plan.container.network}}};
  const SwarmJson body{{"Name", spec.id},
                       {"Labels", LabelsFor(plan.container, spec)},
                       {"TaskTemplate", task},
                       {"Mode", {{"Replicated", {{"Replicas", 1}}}}},
                       {"EndpointSpec", {{"Mode", "dnsrr"}, {"Ports", Ports(plan.container)}}}};
  return body.dump(-1, ' ', /*ensure_ascii=*/false, SwarmJson::error_handler_t::replace);
}

std::string SwarmTask::Label(const std::string& name) const {
  const auto found = labels.find(name);
  return found != labels.end() ? found->second : std::string();
}

bool SwarmTask::Comes() const {
  if (desired != "running") return false;
  for (const char* const way :
       {"new", "allocated", "pending", "assigned", "accepted", "preparing", "ready", "starting"}) {
    if (state == way) return true;
  }
  return false;
}

StatusOr<std::vector<SwarmTask>> ParseTasks(std::string_view body) {
  OOFGG_ASSIGN_OR_RETURN(const SwarmJson json, ParseArray(body));
  std::vector<SwarmTask> tasks;
  for (const SwarmJson& task : json) tasks.push_back(TaskOf(task));
  return tasks;
}

StatusOr<std::vector<std::string>> ParseServiceNames(std::string_view body) {
  OOFGG_ASSIGN_OR_RETURN(const SwarmJson json, ParseArray(body));
  std::vector<std::string> names;
  for (const SwarmJson& service : json) names.push_back(TextIn(Part(service, "Spec"), "Name"));
  return names;
}

StatusOr<std::map<std::string, std::string>> ParseNodes(std::string_view body) {
  OOFGG_ASSIGN_OR_RETURN(const SwarmJson json, ParseArray(body));
  std::map<std::string, std::string> nodes;
  for (const SwarmJson& node : json) {
    std::string address = TextIn(Part(node, "Status"), "Addr");
    // A manager may not know its own address but as it is told to others.
    const auto manager = ParseHostPort(TextIn(Part(node, "ManagerStatus"), "Addr"));
    if ((address.empty() || address == "0.0.0.0") && manager.ok()) address = manager->host;
    nodes[TextIn(node, "ID")] = address;
  }
  return nodes;
}

StatusOr<orchestration::RunningServer> DescribeTask(const SwarmTask& task, const std::string& network,
                                                    const std::string& public_host, const std::string& node) {
  const auto port = task.ports.find(task.Label(kPortLabel));
  if (port == task.ports.end()) return HasNot(task, "no port for players");
  orchestration::RunningServer server{.id = task.Label(kServerLabel),
                                      .fleet = task.Label(kFleetLabel),
                                      .host = public_host.empty() ? node : public_host,
                                      .port = port->second,
                                      .control = {}};
  const std::string inside = task.Label(kControlLabel);
  const auto address = task.addresses.find(network);
  if (!network.empty() && address != task.addresses.end()) {
    server.control = FormatHostPort({address->second, ParseInteger<std::uint16_t>(inside).value_or(0)});
    return server;
  }
  const auto control = task.ports.find(inside + "/tcp");
  if (control == task.ports.end()) return HasNot(task, "no way to ask it");
  server.control = FormatHostPort({node, control->second});
  return server;
}

std::string HowItIs(const SwarmTask& task) {
  std::string how = "its task is " + task.state;
  if (task.exit_code != 0) how += ", exit status " + std::to_string(task.exit_code);
  if (!task.message.empty()) how += ": " + task.message;
  return how;
}

}  // namespace oofgg::backends
