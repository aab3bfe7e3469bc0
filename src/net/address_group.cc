#include "net/address_group.h"

#include <boost/asio/ip/address.hpp>
#include <cstddef>

namespace oofgg::net {

std::string AddressGroup(std::string_view address) {
  namespace ip = boost::asio::ip;
  boost::system::error_code error;
  const auto parsed = ip::make_address(std::string(address), error);
  if (error || !parsed.is_v6()) return std::string(address);
  const ip::address_v6 v6 = parsed.to_v6();
  if (v6.is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, v6).to_string();
  constexpr std::size_t kPrefixBytes = 8;
  ip::address_v6::bytes_type bytes = v6.to_bytes();
  for (std::size_t i = kPrefixBytes; i < bytes.size(); ++i) bytes[i] = 0;
  return ip::address_v6(bytes).to_string() + "/64";
}

}  // namespace oofgg::net
