#include "servers/cli/load/loopback.h"

#include <arpa/inet.h>

#include "oofgg/parse.h"

namespace oofgg::load {
namespace {

constexpr std::uint32_t kLoopbackNet = 127;
constexpr unsigned kNetShift = 24;

StatusOr<std::uint32_t> ParseV4(const std::string& text) {
  in_addr address{};
  if (inet_pton(AF_INET, text.c_str(), &address) != 1) {
    return MakeStatus(StatusCode::kInvalidArgument, "is no IPv4 address: " + text);
  }
  return ntohl(address.s_addr);
}

}  // namespace

sockaddr_in SocketAddress(std::uint32_t host_order, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(host_order);
  address.sin_port = htons(port);
  return address;
}

StatusOr<sockaddr_in> LoopbackServer(const std::string& address) {
  OOFGG_ASSIGN_OR_RETURN(const HostPort parsed, ParseHostPort(address));
  const auto ip = ParseV4(parsed.host == "localhost" ? "127.0.0.1" : parsed.host);
  if (!ip.ok() || *ip >> kNetShift != kLoopbackNet) {
    return InvalidField("--server", "is " + address +
                                        ", and loads only ever aim at loopback; name one at 127.0.0.1, as "
                                        "127.0.0.1:8080");
  }
  if (parsed.port == 0) return InvalidField("--server", "has no port; say 127.0.0.1:8080");
  return SocketAddress(*ip, parsed.port);
}

sockaddr_in SourcePlan::At(std::uint32_t index) const { return SocketAddress(first + index, 0); }

StatusOr<SourcePlan> PlanSources(std::string_view network, std::uint32_t connections,
                                 std::uint32_t per_address) {
  const std::size_t slash = network.find('/');
  const auto base = ParseV4(std::string(network.substr(0, slash)));
  const auto bits = slash == std::string_view::npos
                        ? StatusOr<std::uint32_t>(32U)
                        : ParseInteger<std::uint32_t>(network.substr(slash + 1), 8, 32);
  if (!base.ok() || !bits.ok() || *base >> kNetShift != kLoopbackNet) {
    return InvalidField("--source", "must be a network of loopback, such as 127.0.0.0/8");
  }
  const std::uint64_t size = std::uint64_t{1} << (32U - *bits);
  SourcePlan plan;
  plan.per_address = per_address;
  plan.addresses = (connections + per_address - 1) / per_address;
  plan.first = *base & ~static_cast<std::uint32_t>(size - 1);
  // The first and the last of a network are no host's.
  if (size > 2) ++plan.first;
  const std::uint64_t usable = size > 2 ? size - 2 : size;
  if (plan.addresses > usable) {
    return InvalidField("--source", "has too few addresses for " + std::to_string(connections) +
                                        " connections, " + std::to_string(per_address) +
                                        " from each; give a larger network, or more with --per-address");
  }
  return plan;
}

}  // namespace oofgg::load
