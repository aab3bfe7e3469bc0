#include "net/presence/udp_cookies.h"

#include <charconv>
#include <chrono>

namespace oofgg::net {
namespace {

constexpr std::size_t kDigits = 16;

}  // namespace

UdpCookies::UdpCookies(const Clock& clock, RandomSource& random)
    : clock_(clock), hash_({random.Next(), random.Next()}) {}

std::int64_t UdpCookies::Minute() const {
  return std::chrono::duration_cast<std::chrono::minutes>(clock_.Now().time_since_epoch()).count();
}

UdpCookies::Cookie UdpCookies::At(const UdpPeer& peer, std::int64_t minute) const {
  std::string text(peer.bytes());
  text.append(reinterpret_cast<const char*>(&minute), sizeof minute);
  const Cookie cookie = hash_(text);
  return cookie == 0 ? 1 : cookie;
}

bool UdpCookies::IsGood(const UdpPeer& peer, Cookie cookie) const {
  const std::int64_t minute = Minute();
  return cookie == At(peer, minute) || cookie == At(peer, minute - 1);
}

std::string UdpCookies::ToText(Cookie cookie) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string text(kDigits, '0');
  for (auto digit = text.rbegin(); digit != text.rend(); ++digit, cookie >>= 4) *digit = kHex[cookie & 0xF];
  return text;
}

UdpCookies::Cookie UdpCookies::FromText(std::string_view text) {
  Cookie cookie = 0;
  if (text.size() != kDigits) return 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), cookie, 16);
  return error == std::errc() && end == text.data() + text.size() ? cookie : 0;
}

}  // namespace oofgg::net
