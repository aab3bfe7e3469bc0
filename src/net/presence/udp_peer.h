#pragma once

#include <array>
#include <boost/asio/ip/udp.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "net/presence/connection_limiter.h"

namespace oofgg::net {

/// Where datagrams come from and go to, in 18 bytes: a million players have one each.
class UdpPeer {
 public:
  using Endpoint = boost::asio::ip::udp::endpoint;

  UdpPeer() = default;
  explicit UdpPeer(const Endpoint& endpoint);

  /// `v6`: for a socket that is bound to IPv6, to which IPv4 is mapped.
  [[nodiscard]] Endpoint endpoint(bool v6) const;
  [[nodiscard]] AddressKey key() const;
  [[nodiscard]] bool is_loopback() const;
  /// Without the port.
  [[nodiscard]] std::string address() const;
  /// All of it, for hashing.
  [[nodiscard]] std::string_view bytes() const {
    return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
  }

  friend bool operator==(const UdpPeer&, const UdpPeer&) = default;

 private:
  [[nodiscard]] boost::asio::ip::address_v6 v6() const;

  std::array<std::uint8_t, 18> bytes_{};  ///< The address, IPv4 mapped into IPv6, then the port.
};

}  // namespace oofgg::net
