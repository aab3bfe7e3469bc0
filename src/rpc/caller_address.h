#pragma once

#include <string>
#include <string_view>

#include "base/address_list.h"

namespace grpc {
class CallbackServerContext;
}

namespace oofgg::rpc {

/// The address in gRPC's spelling of a peer (`ipv4:127.0.0.1:50000`, `ipv6:%5B::1%5D:50000`), without the
/// port; other kinds of peers come back whole.
[[nodiscard]] std::string PeerAddress(std::string_view peer);

/// Where a call comes from: the peer, or whom it speaks for if it is one of `proxies`.
[[nodiscard]] std::string CallerAddress(const AddressList& proxies, const grpc::CallbackServerContext& call);

}  // namespace oofgg::rpc
