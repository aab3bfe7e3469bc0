#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oofgg/backoff.h"
#include "oofgg/executor.h"
#include "oofgg/model/presence.h"
#include "oofgg/status.h"

namespace oofgg {

/// By which door of the presence port. TCP hears at once of a link that is lost; UDP costs the server a
/// hundredth, and a game that is full of players uses that.
enum class LightPresenceTransport : std::uint8_t { kTcp, kUdp };

/// TLS to a presence port that speaks it. Over TCP only.
struct LightPresenceTls {
  bool enabled = false;
  std::string ca_file{};      ///< PEM; empty: whom the system trusts.
  std::string server_name{};  ///< Whose certificate it must be; empty: the host of the address.
};

/// All optional.
struct LightPresenceOptions {
  LightPresenceTransport transport = LightPresenceTransport::kTcp;
  LightPresenceTls tls{};

  /// Gives an access token of the user each time the link is made; empty: none is sent. Runs on this client's
  /// own thread and may wait there. After kUnavailable it is asked again later; other errors end the watch.
  std::function<StatusOr<std::string>()> token{};

  /// What others see of this player from the first moment on; absent: as before.
  std::optional<PresenceStatus> status{};

  /// Whether what was reported may be old: true when the link is lost or the list has grown, false once every
  /// friend has been reported as they are now. It begins as true, without a call. May be empty. Runs where
  /// updates are reported, in order with them.
  std::function<void(bool stale)> on_stale{};

  /// Each time the link is lost or cannot be made: why, before the next attempt is waited for. kUnavailable
  /// (no such name, connection refused, no answer), kUnauthenticated (the server's certificate is refused),
  /// or what `token` or the server answered: a refusal that does not pass is tried once more before it is the
  /// last report. May be empty. Runs where updates are reported, in order with them.
  std::function<void(const Status& why)> on_trouble{};

  /// Where callbacks run: a game's `Dispatcher`, or any executor, which must outlive the client. Null: the
  /// client's own thread.
  Executor* callbacks = nullptr;

  /// How long a quiet link is believed before the server is asked; 3 s later it counts as lost.
  /// 0: 2 s over TCP, 10 s over UDP.
  std::chrono::milliseconds heartbeat{0};
  /// Between attempts to connect again, which never end by themselves.
  BackoffOptions reconnect{.initial = std::chrono::milliseconds(200), .maximum = std::chrono::seconds(10)};

  /// Sees every byte that was sent or has come, tokens included and in the clear, on the client's own thread:
  /// for a log while developing. What a lost link did not take was not sent. May be empty.
  std::function<void(bool sent, std::string_view bytes)> on_bytes{};
};

/// Being online, and watching who else is, over the presence port: JSON over TCP or UDP (docs/presence.md),
/// for those who want no gRPC stream. Links neither gRPC nor Protobuf.
///
/// Reports each friend now and on change: the newest state only between ticks, and nothing if a friend is as
/// last reported. Over TCP a lost link is noticed within 5 s, over UDP within 13; it is made again by itself,
/// after which only what has changed is reported. `PresenceUpdate::version` counts what this client has
/// heard.
///
/// Threads: safe from any thread. One thread of its own waits for the network.
/// Lifetime: the destructor ends the watch and joins the thread; no callback runs after it, nor during it on
/// another thread. A callback that runs on an executor may destroy the client. The server takes the player
/// offline after its grace, over UDP after 30 s, or at once after `SignOff`.
class LightPresence {
 public:
  /// An error is the last that is reported. Its code is what the server said: kUnauthenticated (the token was
  /// refused; sign in again), kPermissionDenied (another's token, or none where the user is held by one),
  /// kInvalidArgument and others (docs/presence.md).
  using OnUpdate = std::function<void(StatusOr<PresenceUpdate>)>;

  /// Brings `user_id` online at `address` (`HOST:PORT`) and watches `friends`, 5,000 at most. Does not wait.
  /// Errors: kInvalidArgument that names the field.
  [[nodiscard]] static StatusOr<std::unique_ptr<LightPresence>> Connect(const std::string& address,
                                                                        const std::string& user_id,
                                                                        std::vector<std::string> friends,
                                                                        OnUpdate on_update,
                                                                        LightPresenceOptions options = {});
  ~LightPresence();
  LightPresence(const LightPresence&) = delete;
  LightPresence& operator=(const LightPresence&) = delete;

  /// Replaces the users watched. Also holds after a reconnect. kInvalidArgument: too many, or an id that is
  /// empty or longer than 128 bytes.
  Status SetFriends(std::vector<std::string> friends);
  /// What others see of this player from now on, reconnects included. kInvalidArgument: see PresenceStatus.
  Status SetStatus(PresenceStatus status);
  /// Goes offline at once, without grace, and ends the watch as soon as the server has heard. Where there is
  /// no link, a TCP server knows already; over UDP one more attempt is made to tell it, and if that fails the
  /// server learns by silence.
  void SignOff();

  /// For trying out a server: sends `object` unchecked on the link there is, over UDP with the cookie added
  /// if it is JSON without one. What follows from it this client does not know. False: there is no link.
  bool SendRaw(const std::string& object);

 private:
  class Impl;
  explicit LightPresence(std::shared_ptr<Impl> impl);

  std::shared_ptr<Impl> impl_;
};

}  // namespace oofgg
