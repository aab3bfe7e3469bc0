#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "net/presence/presence_token.h"
#include "net/secure_layer.h"
#include "oofgg/clock.h"
#include "oofgg/executor.h"
#include "oofgg/status.h"
#include "oofgg/token_bucket.h"
#include "presence/presence_hub.h"

namespace boost::asio {
class io_context;
}

namespace oofgg::net {

/// Which of two forms a connection may have: plaintext, or TLS, which it begins with a handshake.
enum class PresenceTls { kOff, kOffered, kRequired };

struct PresenceTcpOptions {
  bool require_token = false;             ///< `--presence-auth`: who brings no token is refused.
  std::size_t max_connections = 100'000;  ///< Hence of descriptors; those over it are told and closed.
  std::size_t max_connections_per_address = 1'000;  ///< Of one IPv4 address or one IPv6 /64.
  /// Entries in the friends lists of all connections of such an address that brought no token: some 200 bytes
  /// each, or 330 where ids are of the greatest length.
  std::size_t max_friends_per_address = 200'000;
  std::size_t max_object_bytes = 256 * 1024;
  PresenceTls tls = PresenceTls::kOff;
  SecureLayerFactory secure = {};  ///< TLS (net/tls/tls_source.h); needed unless `tls` is kOff.
  /// A handshake costs some 0.3 ms of a core. What is over a rate is closed; all that are granted wait for
  /// their turn, of which each shard gives one at a time.
  RateLimit handshakes = {.per_second = 2'000, .burst = 20'000};
  RateLimit handshakes_per_address = {.per_second = 100, .burst = 1'000};
  /// Of objects, of all connections of an address together; ten users on a list count as one more. Who is
  /// over it is told to come back, and closed.
  RateLimit objects_per_address = {.per_second = 2'000, .burst = 20'000};
  bool spares_this_machine = true;  ///< What comes over loopback is not counted among these.
  /// For the first object, the handshake included, from the connection on; for later ones, from their first
  /// byte to their last.
  std::chrono::milliseconds object_timeout{10'000};
  /// To take all of what waits, 16 KB of updates at a time, before the link counts as dead; from when the
  /// peer first took no more, however slowly it goes on.
  std::chrono::milliseconds write_timeout{10'000};
  std::chrono::milliseconds linger{2'000};  ///< To read the reason of a close.
  int send_buffer_bytes = 0;                ///< The kernel's, of each connection; 0: as the kernel likes.
  std::size_t shards = 4;  ///< Sessions of one shard run one at a time; more use more threads.
};

/// What happened at the port since it was opened, for metrics.
struct PresenceTcpCounts {
  std::uint64_t accepted = 0;
  std::uint64_t over_connections = 0;             ///< Turned away by `max_connections`, …
  std::uint64_t over_connections_of_address = 0;  ///< … or by `max_connections_per_address`.
  std::uint64_t over_friends = 0;
  std::uint64_t over_size = 0;  ///< Objects that were too long.
  std::uint64_t over_rate = 0;  ///< Connections ended by more objects than `objects_per_address`.
  std::uint64_t malformed = 0;  ///< Other input that broke a rule.
  std::uint64_t object_timeouts = 0;
  std::uint64_t write_timeouts = 0;
  std::uint64_t handshakes = 0;  ///< That succeeded.
  std::uint64_t handshakes_failed = 0;
  std::uint64_t handshakes_over_rate = 0;
  std::uint64_t plaintext_refused = 0;
};

/// The presence port over TCP: protocols v1 and v2 of the JSON objects in presence/json_protocol.h.
///
/// An idle connection holds no buffer: the socket is waited for, then read into one that its shard's
/// sessions share, and only an unfinished object is kept. What a peer does not read costs at most 100 KB,
/// since updates are pulled when there is room for them and nothing is read from it meanwhile.
/// Whoever breaks a rule is told `{"error":…}` and closed; nobody else notices. Under TLS it is the same.
///
/// Threads: methods are safe from any thread.
/// Lifetime: what is passed in outlives it. Destroy it after `Drain` has reported, or when no thread runs
/// the io_context; in either case before the io_context, and that when no call on `hub` is under way.
class PresenceTcpListener {
 public:
  /// Binds `address` (`host:port`, `:port` for all interfaces) and accepts. `authenticate` may be empty:
  /// clients that bring a token are then refused. Errors: kInvalidArgument (address), kUnavailable (the port
  /// is in use or may not be bound).
  [[nodiscard]] static StatusOr<std::unique_ptr<PresenceTcpListener>> Listen(
      boost::asio::io_context& io, std::string_view address, presence::PresenceHub& hub, const Clock& clock,
      Executor& timers, PresenceAuthenticator authenticate, PresenceTcpOptions options = {});
  ~PresenceTcpListener();
  PresenceTcpListener(const PresenceTcpListener&) = delete;
  PresenceTcpListener& operator=(const PresenceTcpListener&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::size_t connections() const;
  [[nodiscard]] PresenceTcpCounts counts() const;

  /// Ends the connections that a token with this `sid` opened: they are told why, and their users go offline
  /// without grace. Costs what they are. The token must be refused from now on, before this is called.
  void EndSession(std::string_view session_id);

  /// Ends the connections that were opened with any token, with the grace of a link that broke: their clients
  /// come back with a fresh one. v2 clients are told to.
  void SendAway();

  /// Stops accepting, tells v2 clients to reconnect, closes all, those who do not read after `linger` or
  /// `write_timeout`. `on_drained` runs once, when the last connection is gone.
  void Drain(std::function<void()> on_drained);

 private:
  class Impl;
  explicit PresenceTcpListener(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace oofgg::net
