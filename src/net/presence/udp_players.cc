#include "net/presence/udp_players.h"

#include <algorithm>
#include <vector>

#include "base/presence_limits.h"
#include "presence/json_glance.h"

// Who may speak, and what of it is heard.
namespace oofgg::net {
namespace {

using presence::GlanceAt;
using presence::GlanceAtString;
using presence::ProtocolVersion;

constexpr std::size_t kRememberedAddresses = 100'000;
constexpr std::size_t kMostRead = 4'096;  // Longer ones are not worth an answer.
constexpr auto kRelaxed = std::memory_order_relaxed;

}  // namespace

UdpPlayers::UdpPlayers(Parts parts, const PresenceUdpOptions& options)
    : parts_(std::move(parts)),
      options_(options),
      cookies_(parts_.clock, parts_.random),
      datagrams_(parts_.clock, options.datagrams_per_address, kRememberedAddresses),
      tokens_(parts_.clock, options.tokens_per_address, kRememberedAddresses),
      grace_(std::min<Duration>(parts_.hub.grace(), options.silence / 2)),
      limiter_(options.max_players, options.max_players_per_address, options.max_friends_per_address),
      sessions_(parts_.clock.Now()) {}

PresenceUdpCounts UdpPlayers::counts() const {
  const ConnectionLimiter::Refusals refusals = limiter_.refusals();
  return {.datagrams = counts_.datagrams.load(kRelaxed),
          .malformed = counts_.malformed.load(kRelaxed),
          .unproved = counts_.unproved.load(kRelaxed),
          .over_rate = counts_.over_rate.load(kRelaxed),
          .over_tokens = counts_.over_tokens.load(kRelaxed),
          .unsent = counts_.unsent.load(kRelaxed),
          .over_players = refusals.connections,
          .over_players_of_address = refusals.connections_of_address,
          .over_friends = refusals.friends_of_address};
}

void UdpPlayers::OnDatagram(const UdpPeer& peer, std::string_view text) {
  counts_.datagrams.fetch_add(1, kRelaxed);
  if (!TakeShare(datagrams_, peer)) {
    counts_.over_rate.fetch_add(1, kRelaxed);
    return;
  }
  if (text.size() > kMostRead) {
    counts_.malformed.fetch_add(1, kRelaxed);
    return;
  }
  Slot slot = sessions_.Find(peer);
  const bool is_proved = IsProved(peer, slot, UdpCookies::FromText(GlanceAtString(text, "cookie")));
  if (!is_proved && !MaySpeakV1(peer)) return OnStranger(peer, slot, text);
  const auto so_far = slot == kNoSession ? ProtocolVersion::kV1 : sessions_[slot].version();
  const auto object = presence::ParseClientObject(text, so_far);
  if (!object.ok()) return OnMalformed(peer, slot, is_proved, object.status());
  if (text.size() > presence::kMaxDatagramBytes) {
    return OnMalformed(
        peer, slot, is_proved,
        InvalidField("friends", "make the datagram longer than 1200 bytes; send them in parts"));
  }

  UdpCookies::Cookie cookie = 0;
  if (object->version == ProtocolVersion::kV2) {
    cookie = UdpCookies::FromText(object->cookie.value_or(""));
    if (!IsProved(peer, slot, cookie)) return OfferCookie(peer, text.size());
  } else if (so_far == ProtocolVersion::kV2 || !MaySpeakV1(peer)) {
    counts_.unproved.fetch_add(1, kRelaxed);
    return;
  }
  // Another cookie: the program there was started anew, and knows nothing of what was said before.
  if (slot != kNoSession && sessions_[slot].cookie != cookie) Close(std::exchange(slot, kNoSession));
  const Status status = slot == kNoSession ? Greet(peer, *object, cookie) : Hear(slot, *object);
  slot = sessions_.Find(peer);
  if (!status.ok()) return Refuse(peer, slot, status);
  Pong(peer, *object);
  if (slot != kNoSession) Pump(slot);
}

/// This machine has no bounds.
bool UdpPlayers::TakeShare(KeyedTokenBuckets& shares, const UdpPeer& peer) {
  const AddressKey key = peer.key();
  return peer.is_loopback() || shares.TryTake({reinterpret_cast<const char*>(&key), sizeof key}).granted;
}

/// Anybody can send as many of these as the network takes: no more is done than to look whether it speaks v2.
void UdpPlayers::OnStranger(const UdpPeer& peer, Slot slot, std::string_view text) {
  const std::string_view version = GlanceAt(text, "v");
  const bool is_v2_player = slot != kNoSession && sessions_[slot].is_v2;
  if (version.starts_with('2') || (version.empty() && is_v2_player)) return OfferCookie(peer, text.size());
  counts_.unproved.fetch_add(1, kRelaxed);
}

void UdpPlayers::OnMalformed(const UdpPeer& peer, Slot slot, bool is_proved, const Status& why) {
  counts_.malformed.fetch_add(1, kRelaxed);
  const bool is_v2 = slot != kNoSession && sessions_[slot].is_v2;
  if (is_proved || (!is_v2 && MaySpeakV1(peer))) Refuse(peer, slot, why);
}

bool UdpPlayers::MaySpeakV1(const UdpPeer& peer) const {
  return peer.is_loopback() ||
         (!options_.v1_networks.empty() && options_.v1_networks.Contains(peer.address()));
}

bool UdpPlayers::IsProved(const UdpPeer& peer, Slot slot, UdpCookies::Cookie cookie) const {
  if (cookie == 0) return false;
  return (slot != kNoSession && cookie == sessions_[slot].cookie) || cookies_.IsGood(peer, cookie);
}

void UdpPlayers::OfferCookie(const UdpPeer& peer, std::size_t asked_bytes) {
  std::string line;
  presence::AppendCookie(line, UdpCookies::ToText(cookies_.For(peer)));
  // Not a byte more than was sent: a sender who lies of its address must gain nothing by us.
  if (line.size() <= asked_bytes) return SendTo(peer, line);
  counts_.unproved.fetch_add(1, kRelaxed);
}

/// Whose token it is, for an address that has not had its share of signatures checked.
StatusOr<std::optional<Caller>> UdpPlayers::Recognise(const UdpPeer& peer, const Object& object) {
  if (object.token.has_value() && !TakeShare(tokens_, peer)) {
    counts_.over_tokens.fetch_add(1, kRelaxed);
    return MakeStatus(StatusCode::kResourceExhausted,
                      "too many tokens from your address at once; try again soon");
  }
  return CheckToken(parts_.authenticate, options_.require_token, object);
}

Status UdpPlayers::Greet(const UdpPeer& peer, const Object& object, UdpCookies::Cookie cookie) {
  if (!object.user_id.has_value()) {
    return object.is_only_ping() ? absl::OkStatus()
                                 : InvalidField("user_id", "is missing; a player begins with it");
  }
  OOFGG_ASSIGN_OR_RETURN(auto caller, Recognise(peer, object));
  const bool signs_off = object.online == false;
  if (signs_off && !parts_.hub.IsOnline(*object.user_id)) return absl::OkStatus();
  if (object.version == ProtocolVersion::kV2 && !signs_off) OOFGG_RETURN_IF_ERROR(parts_.hub.CheckLoad());
  OOFGG_RETURN_IF_ERROR(limiter_.Add(peer.key()));

  const Slot slot = sessions_.Add(peer, object.version, parts_.clock.Now());
  UdpSession& session = sessions_[slot];
  session.cookie = cookie;
  session.proven = caller.has_value();
  if (caller.has_value()) HoldLogin(slot, std::move(caller->session_id));
  OOFGG_RETURN_IF_ERROR(ComeOnline(slot, object));
  if (signs_off) SignOff(slot);
  return absl::OkStatus();
}

Status UdpPlayers::ComeOnline(Slot slot, const Object& object) {
  UdpSession& session = sessions_[slot];
  session.integer_ids = session.integer_ids || object.integer_ids;
  PresenceTable::ConnectionOptions options;
  if (session.is_v2) options.grace = grace_;
  options.proven = session.proven;
  options.announces_to_friends = !session.is_v2;
  options.hears_strangers = true;
  options.hears_status = session.is_v2;
  options.status = object.status;
  const bool has_list = object.friends.has_value() && !object.list_part.has_value();
  const std::vector<std::string> friends = has_list ? *object.friends : std::vector<std::string>();
  OOFGG_RETURN_IF_ERROR(HoldFriends(slot, friends.size()));
  session.connection = parts_.hub.Open(*object.user_id, options, friends, host_.lock(), TagOf(slot));
  Welcome(slot);
  session.revision = object.revision.value_or(0);
  if (object.list_part.has_value()) return TakePart(slot, object);
  Confirm(slot);
  return absl::OkStatus();
}

Status UdpPlayers::Hear(Slot slot, const Object& object) {
  sessions_.Touch(slot, parts_.clock.Now());
  UdpSession& session = sessions_[slot];
  if (object.acknowledged.has_value()) Acknowledge(slot, *object.acknowledged);
  // Datagrams overtake each other: what was said before what is in force is not heard.
  const std::uint64_t revision = object.revision.value_or(session.revision);
  if (revision < session.revision) return absl::OkStatus();
  const bool is_new = revision > session.revision;
  const bool begins = is_new && object.user_id.has_value() && object.online != false;
  if (session.connection.generation == 0) return begins ? Return(slot, object) : absl::OkStatus();
  if (begins && session.acknowledged && object.acknowledged == 0U) {
    // The program there was started anew within the minute of the cookie: it waits for a welcome.
    parts_.hub.Close(std::exchange(session.connection, {}));
    return Return(slot, object);
  }
  session.integer_ids = session.integer_ids || object.integer_ids;
  if (object.user_id.has_value()) parts_.hub.RequireUser(session.connection, *object.user_id);
  if (object.online == false) {
    session.revision = revision;
    SignOff(slot);
    return absl::OkStatus();
  }
  // Each list is confirmed by a line. Who reads none of them is not heard; it says it again anyway.
  if (is_new && object.friends.has_value() && HasMuchUnderWay(slot)) return absl::OkStatus();
  return TakeWishes(slot, object, is_new || !object.revision.has_value());
}

/// Who comes back to a connection that has ended proves anew who they are.
Status UdpPlayers::Return(Slot slot, const Object& object) {
  OOFGG_ASSIGN_OR_RETURN(auto caller, Recognise(sessions_[slot].peer, object));
  if (caller.has_value() != sessions_[slot].proven) {
    return InvalidField("token", "was not there, or is not any more; use another port");
  }
  if (caller.has_value()) HoldLogin(slot, std::move(caller->session_id));
  return ComeOnline(slot, object);
}

/// Whose end ends the player's presence, instead of that of another.
void UdpPlayers::HoldLogin(Slot slot, std::string login) {
  DropLogin(slot);
  login_of_[slot] = logins_.emplace(std::move(login), slot);
}

void UdpPlayers::DropLogin(Slot slot) {
  const auto held = login_of_.find(slot);
  if (held == login_of_.end()) return;
  logins_.erase(held->second);
  login_of_.erase(held);
}

/// What the client wants shown and watched. `is_new`: it has not been heard before, but for other parts.
Status UdpPlayers::TakeWishes(Slot slot, const Object& object, bool is_new) {
  UdpSession& session = sessions_[slot];
  if (is_new && object.revision.has_value()) {
    session.revision = *object.revision;
    DropParts(slot);
  }
  if (is_new && object.status.has_value()) parts_.hub.SetStatus(session.connection, *object.status);
  if (object.list_part.has_value()) {
    const bool is_expected = is_new || session.has_parts;
    return is_expected ? TakePart(slot, object) : absl::OkStatus();
  }
  if (!is_new) return absl::OkStatus();
  if (object.friends.has_value()) {
    OOFGG_RETURN_IF_ERROR(HoldFriends(slot, object.friends->size()));
    parts_.hub.SetFriends(session.connection, *object.friends);
    if (object.revision.has_value()) Confirm(slot);
  } else if (object.revision.has_value()) {
    session.owes_fence = true;
  }
  return absl::OkStatus();
}

Status UdpPlayers::TakePart(Slot slot, const Object& object) {
  UdpSession& session = sessions_[slot];
  UdpListParts& parts = list_parts_.try_emplace(slot, object.list_part->parts).first->second;
  session.has_parts = true;
  if (!parts.Add(*object.list_part, *object.friends)) {
    return InvalidField("parts", "is not what the list began with; a new list needs a new rev");
  }
  if (parts.friends() > presence::kMaxFriends) {
    return presence::TooManyFriends("friends", parts.friends(), presence::kMaxFriends);
  }
  OOFGG_RETURN_IF_ERROR(HoldFriends(slot, std::max<std::size_t>(session.friends_held, parts.friends())));
  if (!parts.is_whole()) return absl::OkStatus();
  const std::vector<std::string> friends = parts.Join();
  DropParts(slot);
  OOFGG_RETURN_IF_ERROR(HoldFriends(slot, friends.size()));
  parts_.hub.SetFriends(session.connection, friends);
  Confirm(slot);
  return absl::OkStatus();
}

void UdpPlayers::DropParts(Slot slot) {
  if (sessions_[slot].has_parts) list_parts_.erase(slot);
  sessions_[slot].has_parts = false;
}

/// Who has shown no token shares what an address may watch with the others there.
Status UdpPlayers::HoldFriends(Slot slot, std::size_t wanted) {
  UdpSession& session = sessions_[slot];
  if (session.proven) return absl::OkStatus();
  OOFGG_RETURN_IF_ERROR(limiter_.SetFriends(session.peer.key(), session.friends_held, wanted));
  session.friends_held = static_cast<std::uint32_t>(wanted);
  return absl::OkStatus();
}

void UdpPlayers::Pong(const UdpPeer& peer, const Object& object) {
  if (!object.ping.has_value()) return;
  std::string line;
  presence::AppendPong(line, *object.ping);
  SendTo(peer, line);
}

}  // namespace oofgg::net
