#include "servers/cli/load/followers.h"

#include <algorithm>

namespace oofgg::load {
namespace {

constexpr std::uint32_t kChangeMask = (1U << 14U) - 1;

/// The number whose last bits are `folded` and that is at most `most`.
std::uint32_t Unfold(std::uint32_t folded, std::uint32_t most) {
  return most - ((most - folded) & kChangeMask);
}

std::uint32_t OldestKept(std::uint32_t latest) {
  return latest < TruthBoard::kKept ? 0 : latest - (TruthBoard::kKept - 1);
}

/// The view was wrong since the first of those changes before `change` that all differ from what was
/// believed.
Change WrongSince(const TruthBoard& truth, User user, Change change, std::uint32_t last_heard,
                  Shown believed) {
  while (change.number > last_heard + 1) {
    const auto before = truth.Find(user, change.number - 1);
    if (!before.has_value() || before->shown == believed) break;
    change = *before;
  }
  return change;
}

// A worker's clock is read after the bytes have come, but a change may become due in between.
Nanos Since(Nanos due, Nanos now) { return now > due ? now - due : 0; }

}  // namespace

StatusOr<Followers> Followers::Make(const FriendGraph& graph, const TruthBoard& truth) {
  OOFGG_ASSIGN_OR_RETURN(auto beliefs, SharedArray<Belief>::Make(graph.entries()));
  OOFGG_ASSIGN_OR_RETURN(auto begun, SharedArray<Nanos>::Make(graph.users()));
  return Followers(graph, truth, std::move(beliefs), std::move(begun));
}

void Followers::Believe(Belief& belief, Shown shown, std::uint32_t change) {
  belief.shown = static_cast<std::uint16_t>(static_cast<std::uint16_t>(shown) & 3U);
  belief.change = static_cast<std::uint16_t>(change & kChangeMask);
}

void Followers::Begin(User follower, Nanos now) {
  begun_[follower] = now;
  const std::size_t first = graph_.FirstEntryOf(follower);
  for (std::size_t i = 0; i < graph_.FriendsOf(follower).size(); ++i) {
    Believe(beliefs_[first + i], Shown::kUnheard, 0);
  }
}

Hearing Followers::Hear(User follower, User friend_, Shown shown, std::uint32_t change, Nanos now) {
  const auto friends = graph_.FriendsOf(follower);
  const auto found = std::lower_bound(friends.begin(), friends.end(), friend_);
  if (found == friends.end() || *found != friend_) return {.heard = Heard::kStranger};
  Belief& belief =
      beliefs_[graph_.FirstEntryOf(follower) + static_cast<std::size_t>(found - friends.begin())];
  if (static_cast<Shown>(belief.shown) == Shown::kUnheard) {
    return HearFirst(follower, friend_, belief, shown, change, now);
  }
  return shown == Shown::kOffline ? HearOffline(friend_, belief, now)
                                  : HearNumbered(friend_, belief, shown, change, now);
}

Hearing Followers::HearFirst(User follower, User friend_, Belief& belief, Shown shown, std::uint32_t change,
                             Nanos now) const {
  if (shown == Shown::kOffline) return {.heard = Heard::kRepeat};  // So is who is not mentioned.
  Believe(belief, shown, change);
  const auto known = truth_.Find(friend_, change);
  if (known.has_value() && known->due > begun_[follower]) {
    return {.heard = Heard::kChange, .latency = Since(known->due, now), .change = change};
  }
  return {.heard = Heard::kSnapshot};
}

Hearing Followers::HearNumbered(User friend_, Belief& belief, Shown shown, std::uint32_t change,
                                Nanos now) const {
  const std::uint32_t last_heard = Unfold(belief.change, truth_.Latest(friend_).number);
  const Belief believed = belief;
  Believe(belief, shown, change);
  if (change < last_heard) return {.heard = Heard::kOutOfOrder};
  const bool is_same = change == last_heard || static_cast<Shown>(believed.shown) == shown;
  return is_same ? Hearing{.heard = Heard::kRepeat} : Place(friend_, believed, change, now);
}

Hearing Followers::HearOffline(User friend_, Belief& belief, Nanos now) const {
  const std::uint32_t latest = truth_.Latest(friend_).number;
  const std::uint32_t last_heard = Unfold(belief.change, latest);
  if (static_cast<Shown>(belief.shown) == Shown::kOffline) return {.heard = Heard::kRepeat};
  const std::uint32_t first = std::max(last_heard + 1, OldestKept(latest));
  std::uint32_t oldest = 0;
  std::uint32_t newest = 0;
  for (std::uint32_t number = first; number <= latest; ++number) {
    const auto change = truth_.Find(friend_, number);
    if (!change.has_value() || change->shown != Shown::kOffline) continue;
    if (oldest == 0) oldest = number;
    newest = number;
  }
  const Belief believed = belief;
  Believe(belief, Shown::kOffline, std::max(oldest, last_heard));
  if (newest == 0) return {.heard = first > last_heard + 1 ? Heard::kUnplaced : Heard::kFalseFlap};
  Hearing hearing = Place(friend_, believed, newest, now);
  hearing.ambiguous = oldest != newest;
  return hearing;
}

Hearing Followers::Place(User friend_, const Belief& believed, std::uint32_t change, Nanos now) const {
  const auto known = truth_.Find(friend_, change);
  if (!known.has_value()) return {.heard = Heard::kUnplaced, .change = change};
  const std::uint32_t last_heard = Unfold(believed.change, change);
  const Change since = WrongSince(truth_, friend_, *known, last_heard, static_cast<Shown>(believed.shown));
  return {.heard = Heard::kChange, .latency = Since(since.due, now), .change = change};
}

Nanos Followers::LongestWrong(User follower, Nanos now) const {
  const auto friends = graph_.FriendsOf(follower);
  const std::size_t first = graph_.FirstEntryOf(follower);
  Nanos longest = 0;
  for (std::size_t i = 0; i < friends.size(); ++i) {
    const Belief& belief = beliefs_[first + i];
    const auto believed = static_cast<Shown>(belief.shown);
    const Change latest = truth_.Latest(friends[i]);
    if (believed == Shown::kUnheard || believed == latest.shown) continue;
    const std::uint32_t last_heard = Unfold(belief.change, latest.number);
    if (last_heard == latest.number) continue;  // A false flap: not the truth has changed.
    longest = std::max(longest, Since(WrongSince(truth_, friends[i], latest, last_heard, believed).due, now));
  }
  return longest;
}

std::size_t Followers::CountWrong(User follower) const {
  const auto friends = graph_.FriendsOf(follower);
  const std::size_t first = graph_.FirstEntryOf(follower);
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < friends.size(); ++i) {
    const auto believed = static_cast<Shown>(beliefs_[first + i].shown);
    const Shown held = believed == Shown::kUnheard ? Shown::kOffline : believed;
    if (held != truth_.shown(friends[i])) ++wrong;
  }
  return wrong;
}

}  // namespace oofgg::load
