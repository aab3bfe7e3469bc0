#pragma once

#include <absl/container/btree_set.h>
#include <absl/container/flat_hash_map.h>

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "net/presence/connection_limiter.h"
#include "net/presence/presence_udp_listener.h"
#include "net/presence/udp_cookies.h"
#include "net/presence/udp_session_table.h"

namespace oofgg::net {

/// All that the presence port says and hears over UDP, without a socket: datagrams and time come in,
/// datagrams go out by `send`. The same calls give the same answers. Threads: one owner, but for `players`
/// and `counts`. Lifetime: what is passed in outlives it.
class UdpPlayers {
 public:
  using Send = std::function<bool(const UdpPeer& peer, std::string_view text)>;
  struct Parts {
    presence::PresenceHub& hub;
    const Clock& clock;
    RandomSource& random;
    PresenceAuthenticator authenticate;  ///< May be empty: who brings a token is then refused.
    Send send;                           ///< False if the datagram could not be sent.
  };

  UdpPlayers(Parts parts, const PresenceUdpOptions& options);

  /// Who is told by the hub, and calls `OnWake` and `OnFinish`. Before the first datagram.
  void SetHost(std::weak_ptr<presence::PresenceHost> host) { host_ = std::move(host); }
  void OnWake(presence::HostTag tag);
  void OnFinish(presence::HostTag tag, const Status& status);

  void OnDatagram(const UdpPeer& peer, std::string_view text);

  /// When `Advance` is wanted next.
  [[nodiscard]] TimePoint NextDeadline() const;
  [[nodiscard]] bool is_due() const { return NextDeadline() <= parts_.clock.Now(); }
  /// Does what is due for some players; `is_due` says whether for all.
  void Advance();

  /// Has `Advance` end those players.
  void EndLogin(std::string_view login);
  void SendLoginsAway();
  /// Has `Advance` bid all farewell; `on_drained` runs when nobody is left, perhaps inside this call.
  void Drain(std::function<void()> on_drained);
  /// Forgets all, without a word.
  void CloseAll();

  [[nodiscard]] std::size_t players() const { return limiter_.total(); }
  [[nodiscard]] PresenceUdpCounts counts() const;

 private:
  using Slot = std::uint32_t;
  using Object = presence::ClientObject;
  using Logins = std::multimap<std::string, Slot, std::less<>>;
  /// A player to be told, and ended, unless signed in anew meanwhile.
  struct Dismissal {
    presence::HostTag tag;
    std::string login;
    Status why;
  };

  bool TakeShare(KeyedTokenBuckets& shares, const UdpPeer& peer);
  void OnStranger(const UdpPeer& peer, Slot slot, std::string_view text);
  void OnMalformed(const UdpPeer& peer, Slot slot, bool is_proved, const Status& why);
  bool MaySpeakV1(const UdpPeer& peer) const;
  bool IsProved(const UdpPeer& peer, Slot slot, UdpCookies::Cookie cookie) const;
  void OfferCookie(const UdpPeer& peer, std::size_t asked_bytes);

  StatusOr<std::optional<Caller>> Recognise(const UdpPeer& peer, const Object& object);
  Status Greet(const UdpPeer& peer, const Object& object, UdpCookies::Cookie cookie);
  Status Hear(Slot slot, const Object& object);
  Status ComeOnline(Slot slot, const Object& object);
  Status Return(Slot slot, const Object& object);
  Status TakeWishes(Slot slot, const Object& object, bool is_new);
  Status TakePart(Slot slot, const Object& object);
  Status HoldFriends(Slot slot, std::size_t wanted);
  void HoldLogin(Slot slot, std::string login);
  void DropLogin(Slot slot);
  void Pong(const UdpPeer& peer, const Object& object);

  void Welcome(Slot slot);
  void Confirm(Slot slot);
  [[nodiscard]] bool HasMuchUnderWay(Slot slot) const;
  void Pump(Slot slot);
  /// `user_id`: whom it is about, to v1.
  void SendLine(Slot slot, std::string line, std::string user_id = {});
  void Acknowledge(Slot slot, std::uint64_t sequence);
  void Repeat(Slot slot);
  void RepeatAt(Slot slot, TimePoint when);
  void EndFlight(Slot slot);
  void DropParts(Slot slot);

  void Refuse(const UdpPeer& peer, Slot slot, const Status& status);
  /// When a player from whom nothing more comes is let go.
  [[nodiscard]] TimePoint EndOfSilence(Slot slot, TimePoint now) const;
  // Each does what is due for one player. False: there is nothing.
  bool AdvanceOne(TimePoint now);
  bool DismissOne();
  bool DismissWhileDraining();
  bool LetGoSilent(presence::ProtocolVersion version, TimePoint now);
  bool RepeatOne(TimePoint now);
  void SayGoodbye(Slot slot, const Status& why);

  /// As lost; `SignOff` by their own wish.
  void Close(Slot slot);
  void SignOff(Slot slot);
  void Forget(Slot slot);

  presence::HostTag TagOf(Slot slot);
  /// kNoSession if the player has gone.
  Slot SlotOf(presence::HostTag tag);
  void SendTo(const UdpPeer& peer, std::string_view text);

  const Parts parts_;
  const PresenceUdpOptions options_;
  std::weak_ptr<presence::PresenceHost> host_;
  UdpCookies cookies_;
  // By address.
  KeyedTokenBuckets datagrams_;
  KeyedTokenBuckets tokens_;
  const Duration grace_;  ///< The last part of the silence that players are allowed.
  ConnectionLimiter limiter_;
  UdpSessionTable sessions_;
  absl::flat_hash_map<Slot, std::unique_ptr<UdpFlight>> flights_;  ///< Of those that `has_flight`.
  absl::flat_hash_map<Slot, UdpListParts> list_parts_;             ///< Of those that `has_parts`.
  absl::btree_set<std::pair<TimePoint, Slot>> repeats_;
  Logins logins_;  ///< Those whom a login's token let in, by its `sid`.
  absl::flat_hash_map<Slot, Logins::iterator> login_of_;
  std::deque<Dismissal> dismissed_;
  bool draining_ = false;

  struct AtomicCounts {
    std::atomic<std::uint64_t> datagrams{0};
    std::atomic<std::uint64_t> malformed{0};
    std::atomic<std::uint64_t> unproved{0};
    std::atomic<std::uint64_t> over_rate{0};
    std::atomic<std::uint64_t> over_tokens{0};
    std::atomic<std::uint64_t> unsent{0};
  };
  AtomicCounts counts_;
};

}  // namespace oofgg::net
