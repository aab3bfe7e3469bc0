#include "rpc/caller_address.h"

#include <grpcpp/server_context.h>

#include <utility>

#include "base/forwarded_for.h"

namespace oofgg::rpc {
namespace {

std::string_view WithoutPort(std::string_view address) {
  const std::size_t colon = address.rfind(':');
  return colon == std::string_view::npos ? address : address.substr(0, colon);
}

}  // namespace

std::string PeerAddress(std::string_view peer) {
  constexpr std::string_view kIpv4 = "ipv4:";
  constexpr std::string_view kIpv6 = "ipv6:";
  if (peer.substr(0, kIpv4.size()) == kIpv4) return std::string(WithoutPort(peer.substr(kIpv4.size())));
  if (peer.substr(0, kIpv6.size()) != kIpv6) return std::string(peer);
  std::string_view address = WithoutPort(peer.substr(kIpv6.size()));
  // Brackets are percent-encoded by some versions and not by others.
  for (const std::string_view open : {std::string_view("%5B"), std::string_view("[")}) {
    if (address.substr(0, open.size()) == open) {
      address.remove_prefix(open.size());
      address = address.substr(0, address.find_first_of("]%"));
      break;
    }
  }
  return std::string(address);
}

std::string CallerAddress(const AddressList& proxies, const grpc::CallbackServerContext& call) {
  std::string peer = PeerAddress(call.peer());
  if (!proxies.Contains(peer)) return peer;
  std::string forwarded;
  const auto [first, last] = call.client_metadata().equal_range("x-forwarded-for");
  for (auto header = first; header != last; ++header) {
    if (!forwarded.empty()) forwarded += ',';
    forwarded.append(header->second.data(), header->second.size());
  }
  return ForwardedFor(proxies, peer, forwarded);
}

}  // namespace oofgg::rpc
