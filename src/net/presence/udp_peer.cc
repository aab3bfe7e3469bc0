#include "net/presence/udp_peer.h"

#include <algorithm>

namespace oofgg::net {
namespace {

namespace ip = boost::asio::ip;

}  // namespace

UdpPeer::UdpPeer(const Endpoint& endpoint) {
  const ip::address address = endpoint.address();
  const ip::address_v6 mapped =
      address.is_v6() ? address.to_v6() : ip::make_address_v6(ip::v4_mapped, address.to_v4());
  const auto from = mapped.to_bytes();
  std::copy(from.begin(), from.end(), bytes_.begin());
  bytes_[16] = static_cast<std::uint8_t>(endpoint.port() >> 8);
  bytes_[17] = static_cast<std::uint8_t>(endpoint.port() & 0xFF);
}

ip::address_v6 UdpPeer::v6() const {
  ip::address_v6::bytes_type address;
  std::copy_n(bytes_.begin(), address.size(), address.begin());
  return ip::address_v6(address);
}

UdpPeer::Endpoint UdpPeer::endpoint(bool v6_socket) const {
  const auto port = static_cast<std::uint16_t>(bytes_[16] << 8 | bytes_[17]);
  const ip::address_v6 address = v6();
  if (v6_socket || !address.is_v4_mapped()) return {address, port};
  return {ip::make_address_v4(ip::v4_mapped, address), port};
}

AddressKey UdpPeer::key() const { return KeyOf(v6()); }

bool UdpPeer::is_loopback() const { return endpoint(false).address().is_loopback(); }

std::string UdpPeer::address() const { return endpoint(false).address().to_string(); }

}  // namespace oofgg::net
