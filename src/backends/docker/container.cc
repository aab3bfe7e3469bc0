#include "backends/docker/container.h"

#include <nlohmann/json.hpp>

#include "oofgg/parse.h"
#include "orchestration/fill_in.h"

namespace oofgg::backends {
namespace {

using Json = nlohmann::json;

/// The member, or null where `object` is something else or has none.
const Json& Member(const Json& object, const std::string& name) {
  static const Json null;
  if (!object.is_object()) return null;
  const auto found = object.find(name);
  return found != object.end() ? *found : null;
}

std::string TextOf(const Json& object, const char* name) {
  const Json& value = Member(object, name);
  return value.is_string() ? value.get<std::string>() : std::string();
}

std::map<std::string, std::string> LabelsOf(const Json& object) {
  std::map<std::string, std::string> labels;
  const Json& found = Member(object, "Labels");
  if (!found.is_object()) return labels;
  for (const auto& [name, value] : found.items()) {
    if (value.is_string()) labels[name] = value.get<std::string>();
  }
  return labels;
}

std::map<std::string, std::string> AddressesOf(const Json& object) {
  std::map<std::string, std::string> addresses;
  const Json& networks = Member(Member(object, "NetworkSettings"), "Networks");
  if (!networks.is_object()) return addresses;
  for (const auto& [name, network] : networks.items()) addresses[name] = TextOf(network, "IPAddress");
  return addresses;
}

std::uint16_t PortOf(const Json& value) {
  const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  return ParseInteger<std::uint16_t>(text).value_or(0);
}

Json Capabilities(const std::string& text) {
  Json names = Json::array();
  std::string name;
  for (const char c : text + ",") {
    if (c != ',' && c != ' ') {
      name += c;
    } else if (!name.empty()) {
      names.push_back(std::exchange(name, {}));
    }
  }
  return names;
}

Json HostConfig(const ContainerPlan& plan) {
  // An empty host port lets the engine choose one that is free.
  const auto publish = [](const std::string& host) {
    return Json::array({{{"HostIp", host}, {"HostPort", ""}}});
  };
  const std::string control = std::to_string(plan.control_port) + "/tcp";
  Json bindings = {{plan.port.Text(), publish("")}};
  if (plan.network.empty() && control != plan.port.Text()) bindings[control] = publish(plan.control_host);

  const ContainerLimits& limits = plan.limits;
  Json config{{"PortBindings", bindings},
              {"Memory", limits.memory_mib << 20},
              {"NanoCpus", static_cast<std::int64_t>(limits.cpus * 1e9)},
              {"ReadonlyRootfs", limits.read_only}};
  if (!plan.network.empty()) config["NetworkMode"] = plan.network;
  if (limits.pids > 0) config["PidsLimit"] = limits.pids;
  if (limits.read_only) config["Tmpfs"] = {{"/tmp", ""}};
  if (!limits.new_privileges) config["SecurityOpt"] = {"no-new-privileges"};
  if (limits.capabilities != "docker") {
    config["CapDrop"] = {"ALL"};
    config["CapAdd"] = Capabilities(limits.capabilities);
  }
  return config;
}

StatusOr<Json> ParseReply(std::string_view body) {
  auto json = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!json.is_discarded()) return json;
  return MakeStatus(StatusCode::kUnavailable, "Docker: the engine's answer is not JSON");
}

/// IPv4 before IPv6: an engine may publish on both, on different ports.
const PublishedPort* FindPort(const Container& container, const std::string& inside) {
  const PublishedPort* best = nullptr;
  for (const PublishedPort& port : container.ports) {
    if (port.inside != inside || port.port == 0) continue;
    if (best == nullptr || port.host.find(':') == std::string::npos) best = &port;
  }
  return best;
}

Status NotPublished(const Container& container, const std::string& port) {
  return MakeStatus(StatusCode::kUnavailable,
                    container.Label(kServerLabel) + ": port " + port + " is not published");
}

}  // namespace

StatusOr<ExposedPort> ParseExposedPort(std::string_view text) {
  const auto slash = text.find('/');
  const auto port = ParseInteger<std::uint16_t>(text.substr(0, slash), 1);
  const std::string protocol(slash == std::string_view::npos ? "tcp" : text.substr(slash + 1));
  if (port.ok() && (protocol == "tcp" || protocol == "udp" || protocol == "sctp")) {
    return ExposedPort{.port = *port, .protocol = protocol};
  }
  return MakeStatus(
      StatusCode::kInvalidArgument,
      "IMAGE_EXPOSE_PORT is a port such as 3000/tcp or 7777/udp, not '" + std::string(text) + "'");
}

std::map<std::string, std::string> LabelsFor(const ContainerPlan& plan,
                                             const orchestration::ServerSpec& spec) {
  std::map<std::string, std::string> labels{{kMakerLabel, "1"},
                                            {kFleetLabel, spec.fleet},
                                            {kServerLabel, spec.id},
                                            {kPortLabel, plan.port.Text()},
                                            {kControlLabel, std::to_string(plan.control_port)}};
  if (!plan.owner.empty()) labels[kOwnerLabel] = plan.owner;
  return labels;
}

std::string CreateBody(const ContainerPlan& plan, const orchestration::ServerSpec& spec) {
  const std::string control = std::to_string(plan.control_port);
  const std::map<std::string, std::string> values{
      {"port", std::to_string(plan.port.port)}, {"control_port", control}, {"server_id", spec.id}};
  Json environment = Json::array();
  for (const auto& [name, value] : spec.environment)
    environment.push_back(name + "=" + orchestration::FillIn(value, values));
  const Json body{{"Image", plan.image},
                  {"Env", environment},
                  {"ExposedPorts", {{plan.port.Text(), Json::object()}, {control + "/tcp", Json::object()}}},
                  {"Labels", LabelsFor(plan, spec)},
                  {"HostConfig", HostConfig(plan)}};
  return body.dump(-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

std::string Container::Label(const std::string& name) const {
  const auto found = labels.find(name);
  return found != labels.end() ? found->second : std::string();
}

StatusOr<Container> ParseContainer(std::string_view body) {
  OOFGG_ASSIGN_OR_RETURN(const Json json, ParseReply(body));
  const Json& state = Member(json, "State");
  if (!state.is_object()) {
    return MakeStatus(StatusCode::kUnavailable, "Docker: the engine's answer is no container");
  }
  Container container{.state = TextOf(state, "Status"),
                      .labels = LabelsOf(Member(json, "Config")),
                      .ports = {},
                      .addresses = AddressesOf(json),
                      .error = TextOf(state, "Error"),
                      .started_at = TextOf(state, "StartedAt")};
  const Json& code = Member(state, "ExitCode");
  if (code.is_number_integer()) container.exit_code = code.get<int>();
  container.out_of_memory = Member(state, "OOMKilled") == true;
  const Json& ports = Member(Member(json, "NetworkSettings"), "Ports");
  if (!ports.is_object()) return container;
  for (const auto& [inside, hosts] : ports.items()) {
    if (!hosts.is_array()) continue;
    for (const Json& host : hosts) {
      container.ports.push_back({inside, TextOf(host, "HostIp"), PortOf(Member(host, "HostPort"))});
    }
  }
  return container;
}

StatusOr<std::vector<Container>> ParseContainers(std::string_view body) {
  OOFGG_ASSIGN_OR_RETURN(const Json json, ParseReply(body));
  if (!json.is_array()) {
    return MakeStatus(StatusCode::kUnavailable, "Docker: the engine's answer is no list of containers");
  }
  std::vector<Container> containers;
  for (const Json& listed : json) {
    Container& container = containers.emplace_back(Container{.state = TextOf(listed, "State"),
                                                             .labels = LabelsOf(listed),
                                                             .ports = {},
                                                             .addresses = AddressesOf(listed),
                                                             .error = {},
                                                             .started_at = {}});
    const Json& ports = Member(listed, "Ports");
    if (!ports.is_array()) continue;
    for (const Json& port : ports) {
      const std::string inside = Member(port, "PrivatePort").dump() + "/" + TextOf(port, "Type");
      container.ports.push_back({inside, TextOf(port, "IP"), PortOf(Member(port, "PublicPort"))});
    }
  }
  return containers;
}

StatusOr<orchestration::RunningServer> Describe(const Container& container, const std::string& network,
                                                const std::string& public_host,
                                                const std::string& engine_host) {
  orchestration::RunningServer server{.id = container.Label(kServerLabel),
                                      .fleet = container.Label(kFleetLabel),
                                      .host = public_host,
                                      .control = {}};
  const PublishedPort* const port = FindPort(container, container.Label(kPortLabel));
  if (port == nullptr) return NotPublished(container, container.Label(kPortLabel));
  server.port = port->port;

  const std::string control = container.Label(kControlLabel);
  const auto inside = container.addresses.find(network);
  if (!network.empty() && inside != container.addresses.end() && !inside->second.empty()) {
    server.control = FormatHostPort({inside->second, PortOf(Json(control))});
    return server;
  }
  const PublishedPort* const published = FindPort(container, control + "/tcp");
  if (published == nullptr) return NotPublished(container, control + "/tcp");
  server.control = FormatHostPort({engine_host, published->port});
  return server;
}

std::string HowItEnded(const Container& container) {
  std::string how = container.out_of_memory ? "killed as it was out of memory, exit status " : "exit status ";
  how += std::to_string(container.exit_code);
  if (!container.error.empty()) how += ", " + container.error;
  return how;
}

}  // namespace oofgg::backends
