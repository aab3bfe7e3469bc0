#include "rpc/caller_address.h"

#include <grpcpp/server_context.h>

#include <utility>

namespace oofgg::rpc {
namespace {

std::string_view WithoutPort(std::string_view address) {
  const std::size_t colon = address.rfind(':');
  return colon == std::string_view::npos ? address : address.substr(0, colon);
}

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// The last entry of a list with commas, which is taken off it.
std::string_view TakeLast(std::string_view& list) {
  const std::size_t comma = list.rfind(',');
  const std::string_view last = comma == std::string_view::npos ? list : list.substr(comma + 1);
  list = list.substr(0, comma == std::string_view::npos ? 0 : comma);
  return Trimmed(last);
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

std::string ForwardedFor(const AddressList& proxies, std::string_view peer, std::string_view forwarded) {
  static const AddressList everything = AddressList::Parse("0.0.0.0/0,::/0").value();
  std::string_view caller = peer;
  while (!forwarded.empty() && proxies.Contains(caller)) {
    const std::string_view before = TakeLast(forwarded);
    if (!everything.Contains(before)) break;
    caller = before;
  }
  return std::string(caller);
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
