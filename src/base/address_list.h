#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "oofgg/status.h"

namespace oofgg {

/// Addresses and networks, such as an operator's proxies. Threads: safe once made.
class AddressList {
 public:
  /// Of nobody.
  AddressList() = default;

  /// `10.0.0.0/8,2001:db8::/32,127.0.0.1`: IPv4 and IPv6, with a prefix length or whole. Blanks around a
  /// comma do no harm; empty text is an empty list. kInvalidArgument names what is neither.
  [[nodiscard]] static StatusOr<AddressList> Parse(std::string_view text);

  /// Whether `address`, without port and brackets, is one of them. What is no address is not.
  [[nodiscard]] bool Contains(std::string_view address) const;
  [[nodiscard]] bool empty() const { return networks_.empty(); }

 private:
  using Bytes = std::array<std::uint8_t, 16>;  ///< IPv4 is mapped into IPv6 (RFC 4291, 2.5.5.2).
  struct Network {
    Bytes address{};
    int prefix_bits = 0;
  };

  static bool ReadAddress(std::string_view text, Bytes& address, bool& is_ipv4);

  std::vector<Network> networks_;
};

}  // namespace oofgg
