#include "base/address_list.h"

#include <arpa/inet.h>

#include <algorithm>
#include <string>

#include "base/trimmed.h"
#include "oofgg/parse.h"

namespace oofgg {
namespace {

constexpr int kIpv6Bits = 128;
constexpr int kIpv4Bits = 32;
constexpr int kMappedBits = kIpv6Bits - kIpv4Bits;

Status NoNetwork(std::string_view text) {
  return MakeStatus(StatusCode::kInvalidArgument,
                    "'" + std::string(text) + "' is no address or network; write such as 10.0.0.0/8 or ::1");
}

}  // namespace

bool AddressList::ReadAddress(std::string_view text, Bytes& address, bool& is_ipv4) {
  const std::string whole(text);
  is_ipv4 = inet_pton(AF_INET, whole.c_str(), address.data() + kMappedBits / 8) == 1;
  if (is_ipv4) {
    std::fill(address.begin(), address.begin() + 10, std::uint8_t{0});
    address[10] = address[11] = 0xff;
    return true;
  }
  return inet_pton(AF_INET6, whole.c_str(), address.data()) == 1;
}

StatusOr<AddressList> AddressList::Parse(std::string_view text) {
  AddressList list;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view entry = base::Trimmed(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
    const std::size_t slash = std::min(entry.find('/'), entry.size());
    Network network;
    bool is_ipv4 = false;
    if (!ReadAddress(entry.substr(0, slash), network.address, is_ipv4)) return NoNetwork(entry);
    const int most = is_ipv4 ? kIpv4Bits : kIpv6Bits;
    network.prefix_bits = most;
    if (slash < entry.size()) {
      const auto bits = ParseInteger<int>(entry.substr(slash + 1), 0, most);
      if (!bits.ok()) return NoNetwork(entry);
      network.prefix_bits = *bits;
    }
    if (is_ipv4) network.prefix_bits += kMappedBits;
    list.networks_.push_back(network);
  }
  return list;
}

bool AddressList::Contains(std::string_view address) const {
  Bytes bytes{};
  bool is_ipv4 = false;
  if (!ReadAddress(address, bytes, is_ipv4)) return false;
  return std::any_of(networks_.begin(), networks_.end(), [&](const Network& network) {
    const auto whole = static_cast<std::ptrdiff_t>(network.prefix_bits / 8);
    if (!std::equal(bytes.begin(), bytes.begin() + whole, network.address.begin())) return false;
    const int rest = network.prefix_bits % 8;
    if (rest == 0) return true;
    const auto at = static_cast<std::size_t>(whole);
    return (bytes[at] ^ network.address[at]) >> (8 - rest) == 0;
  });
}

}  // namespace oofgg
