#include "servers/cli/load/load_options.h"

namespace oofgg::load {
namespace {

constexpr std::uint32_t kMostMeanFriends = 1'000;
constexpr std::uint32_t kMostGrpc = 5'000;

Status CheckSteps(const PresenceLoadOptions& options) {
  if (options.steps.empty() || options.steps.front() == 0) {
    return InvalidField("--connections", "must be at least 1");
  }
  std::uint32_t before = 0;
  for (const std::uint32_t step : options.steps) {
    if (step <= before) return InvalidField("--steps", "must grow, as 1000,10000,19000");
    const std::uint32_t count = step - before;
    before = step;
    if (options.friends >= count) {
      return InvalidField("--friends", "must be fewer than the users who connect in one step, " +
                                           std::to_string(count) + "; give fewer, or more --connections");
    }
    const bool is_odd = options.friends % 2 != 0 && count % 2 != 0;
    if (is_odd && options.shape == GraphShape::kRegular) {
      return InvalidField("--friends",
                          "and the users of a step cannot both be odd if all are to have as many; "
                          "make one of them even");
    }
  }
  return {};
}

/// What would be left unheard is said.
Status CheckProtocol(const PresenceLoadOptions& options) {
  const bool is_grpc = options.protocol == Protocol::kGrpc;
  const std::string name = NameOf(options.protocol);
  if (is_grpc && !options.sign) {
    return InvalidField("--keys",
                        "is missing; gRPC asks every user for a token, so name the --keys of oofgg-auth");
  }
  if (!is_grpc && options.sign) {
    return InvalidField("--keys", "is for --protocol grpc; over " + name + " nobody shows a token");
  }
  if (is_grpc && options.steps.back() > kMostGrpc) {
    return InvalidField("--connections", "must be at most 5000 over gRPC, whose clients are large");
  }
  if (!is_grpc && options.grpc_tls.enabled) {
    return InvalidField("--tls", "is for --protocol grpc; the presence port speaks TLS with --protocol tls");
  }
  const bool is_encrypted = options.protocol == Protocol::kTls || options.grpc_tls.enabled;
  if (!is_encrypted && !options.ca_file.empty()) {
    return InvalidField("--ca", "is for TLS, and " + name + " is spoken in plaintext; say --protocol tls" +
                                    (is_grpc ? ", or --tls" : ""));
  }
  return {};
}

Status CheckInstances(const PresenceLoadOptions& options) {
  const bool has_fault = options.cluster.kill || options.cluster.drain || options.cluster.chaos.count() > 0;
  if (has_fault && options.cluster.instances < 2) {
    return InvalidField("--instances", "must be at least 2, so that there is one left when one ends");
  }
  if (options.cluster.instances == 0) {
    return options.cluster.own_network ? Status() : InvalidField("--no-namespace", "is for --instances");
  }
  if (options.server != PresenceLoadOptions().server) {
    return InvalidField("--server", "is for one that you started; --instances have addresses of their own");
  }
  if (options.cluster.instances > kMostInstances) return InvalidField("--instances", "must be at most 64");
  if (options.protocol != Protocol::kTcp) {
    return InvalidField("--instances",
                        "is for --protocol tcp; start servers yourself for " + NameOf(options.protocol));
  }
  if (!options.server_pids.empty()) {
    return InvalidField("--pid", "is for servers that you started; with --instances it is known");
  }
  return {};
}

}  // namespace

std::string NameOf(Protocol protocol) {
  switch (protocol) {
    case Protocol::kTcp:
      return "tcp";
    case Protocol::kTls:
      return "tls";
    case Protocol::kGrpc:
      return "grpc";
    default:
      return "udp";
  }
}

std::string NameOf(GraphShape shape) { return shape == GraphShape::kRegular ? "regular" : "power-law"; }

Status Check(const PresenceLoadOptions& options) {
  OOFGG_RETURN_IF_ERROR(CheckSteps(options));
  OOFGG_RETURN_IF_ERROR(CheckProtocol(options));
  OOFGG_RETURN_IF_ERROR(CheckInstances(options));
  if (options.shape == GraphShape::kPowerLaw && options.friends > kMostMeanFriends) {
    return InvalidField("--friends",
                        "must be at most 1000 with power-law, where a few have many more; give fewer");
  }
  if (options.friends > kMostFriends)
    return InvalidField("--friends", "must be at most 5000, as on the server");
  if (options.celebrity >= options.steps.back()) {
    return InvalidField("--celebrity", "must be fewer than the connections; raise --connections");
  }
  return {};
}

}  // namespace oofgg::load
