#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/siphash.h"
#include "net/presence/udp_peer.h"
#include "oofgg/clock.h"
#include "oofgg/random.h"

namespace oofgg::net {

/// Cookies that prove an address, without any state for whom they were given to: a keyed hash of the peer and
/// the minute (the idea of DTLS, RFC 6347 section 4.2.1). Who sends one back has received it there. 64 bits,
/// of which a guess costs a datagram; good for one to two minutes. Threads: safe.
class UdpCookies {
 public:
  using Cookie = std::uint64_t;

  UdpCookies(const Clock& clock, RandomSource& random);

  [[nodiscard]] Cookie For(const UdpPeer& peer) const { return At(peer, Minute()); }
  [[nodiscard]] bool IsGood(const UdpPeer& peer, Cookie cookie) const;

  /// 16 hexadecimal digits, and back; 0, which no cookie is, for what is not such a text.
  [[nodiscard]] static std::string ToText(Cookie cookie);
  [[nodiscard]] static Cookie FromText(std::string_view text);

 private:
  [[nodiscard]] std::int64_t Minute() const;
  [[nodiscard]] Cookie At(const UdpPeer& peer, std::int64_t minute) const;

  const Clock& clock_;
  const base::SipHash hash_;
};

}  // namespace oofgg::net
