#include "base/address_group.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

namespace oofgg {

std::string AddressGroup(std::string_view address) {
  in6_addr ipv6{};
  const std::string text(address);
  if (inet_pton(AF_INET6, text.c_str(), &ipv6) != 1) return text;
  std::array<char, INET6_ADDRSTRLEN> printed{};
  if (IN6_IS_ADDR_V4MAPPED(&ipv6)) {
    constexpr std::size_t kMappedPrefix = 12;
    return inet_ntop(AF_INET, &ipv6.s6_addr[kMappedPrefix], printed.data(), printed.size());
  }
  constexpr std::size_t kPrefixBytes = 8;
  std::fill(std::begin(ipv6.s6_addr) + kPrefixBytes, std::end(ipv6.s6_addr), std::uint8_t{0});
  return std::string(inet_ntop(AF_INET6, &ipv6, printed.data(), printed.size())) + "/64";
}

}  // namespace oofgg
