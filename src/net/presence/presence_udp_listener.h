#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "base/address_list.h"
#include "net/presence/presence_token.h"
#include "oofgg/clock.h"
#include "oofgg/executor.h"
#include "oofgg/random.h"
#include "oofgg/status.h"
#include "oofgg/token_bucket.h"
#include "presence/presence_hub.h"

namespace boost::asio {
class io_context;
}

namespace oofgg::net {

struct PresenceUdpOptions {
  bool require_token = false;           ///< `--presence-auth`: who brings no token is refused.
  AddressList v1_networks{};            ///< `--presence-udp-v1`: who may speak v1, besides this machine.
  std::size_t max_players = 2'000'000;  ///< Some 220 B each, beside their friends lists.
  std::size_t max_players_per_address = 1'000;    ///< Of one IPv4 address or one IPv6 /64.
  std::size_t max_friends_per_address = 200'000;  ///< Of those without a token, as over TCP.
  RateLimit datagrams_per_address = {.per_second = 2'000, .burst = 4'000};  ///< This machine may send more.
  /// A signature costs some 70 µs. This machine may bring more.
  RateLimit tokens_per_address = {.per_second = 100, .burst = 1'000};
  std::chrono::milliseconds silence{30'000};   ///< After so long without a datagram a player is offline.
  int receive_buffer_bytes = 4 * 1024 * 1024;  ///< The kernel's; it may give less.
};

/// What came over UDP and was dropped, for metrics. All of it since the start.
struct PresenceUdpCounts {
  std::uint64_t datagrams = 0;  ///< In all.
  std::uint64_t malformed = 0;  ///< No object, or too long a one.
  std::uint64_t unproved = 0;  ///< No v2 and not from here, or without a cookie and too short to be answered.
  std::uint64_t over_rate = 0;
  std::uint64_t over_tokens = 0;   ///< Refused: too many tokens to check for one address.
  std::uint64_t unsent = 0;        ///< The kernel took no more; what has to be acknowledged is sent again.
  std::uint64_t over_players = 0;  ///< Refused: too many in all, …
  std::uint64_t over_players_of_address = 0;  ///< … from one address, …
  std::uint64_t over_friends = 0;             ///< … or too many friends of those there.
};

/// The presence port over UDP: the JSON objects of presence/json_protocol.h, one a datagram of 1,200 bytes at
/// most.
///
/// A v2 client proves its address before it is anything to us: what it says is not even parsed, it is
/// answered with a cookie, never by more bytes than it sent, and sends that back in every datagram. Updates
/// carry a `seq`, are sent again until `ack` names it or a later one, and wait in the table meanwhile: 16 are
/// under way at most. Who speaks v1 hears each three times, unless a newer line about the same user takes its
/// place. A datagram that breaks a rule ends its sender's presence and says why, once the sender is proved.
///
/// Threads: methods are safe from any thread. Lifetime: as PresenceTcpListener.
class PresenceUdpListener {
 public:
  /// Binds `address` as PresenceTcpListener does, with the same errors.
  [[nodiscard]] static StatusOr<std::unique_ptr<PresenceUdpListener>> Listen(
      boost::asio::io_context& io, std::string_view address, presence::PresenceHub& hub, const Clock& clock,
      Executor& timers, RandomSource& random, PresenceAuthenticator authenticate,
      const PresenceUdpOptions& options = {});
  ~PresenceUdpListener();
  PresenceUdpListener(const PresenceUdpListener&) = delete;
  PresenceUdpListener& operator=(const PresenceUdpListener&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::size_t players() const;
  [[nodiscard]] PresenceUdpCounts counts() const;

  /// As PresenceTcpListener's.
  void EndSession(std::string_view session_id);
  void SendAway();
  void Drain(std::function<void()> on_drained);

 private:
  class Door;
  explicit PresenceUdpListener(std::shared_ptr<Door> door);
  std::shared_ptr<Door> door_;
};

}  // namespace oofgg::net
