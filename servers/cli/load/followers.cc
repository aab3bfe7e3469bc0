#include "servers/cli/load/followers.h"

#include <algorithm>

namespace oofgg::load {
namespace {

constexpr std::uint32_t kChangeMask = (1U << 14U) - 1;

/// Those of a friend's last changes, from `first` on, that show the same.
struct Matches {
  std::optional<Change> oldest;
  std::optional<Change> newest;
};

Matches FindMatches(const TruthBoard& truth, User user, std::uint32_t first, std::uint32_t latest,
                    Shown shown) {
  Matches matches;
  for (std::uint32_t number = first; number <= latest; ++number) {
    const auto change = truth.Find(user, number);
    if (!change.has_value() || change->shown != shown) continue;
    if (!matches.oldest.has_value()) matches.oldest = change;
    matches.newest = change;
  }
  return matches;
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

Hearing Followers::Hear(User follower, User friend_, Shown shown, Nanos now) {
  const auto friends = graph_.FriendsOf(follower);
  const auto found = std::lower_bound(friends.begin(), friends.end(), friend_);
  if (found == friends.end() || *found != friend_) return {.heard = Heard::kStranger};
  Belief& belief =
      beliefs_[graph_.FirstEntryOf(follower) + static_cast<std::size_t>(found - friends.begin())];
  const bool is_first = static_cast<Shown>(belief.shown) == Shown::kUnheard;
  return is_first ? HearFirst(follower, friend_, belief, shown, now) : HearNext(friend_, belief, shown, now);
}

Hearing Followers::HearFirst(User follower, User friend_, Belief& belief, Shown shown, Nanos now) {
  if (shown == Shown::kOffline) return {.heard = Heard::kRepeat};  // So is who is not mentioned.
  const std::uint32_t latest = truth_.Latest(friend_).number;
  const Matches matches = FindMatches(truth_, friend_, OldestKept(latest), latest, shown);
  if (!matches.newest.has_value()) {
    Believe(belief, shown, OldestKept(latest));
    return {.heard = latest >= TruthBoard::kKept ? Heard::kUnplaced : Heard::kOutOfOrder};
  }
  Believe(belief, shown, matches.oldest->number);
  if (matches.newest->due <= begun_[follower]) return {.heard = Heard::kSnapshot};
  return {.heard = Heard::kChange,
          .latency = Since(matches.newest->due, now),
          .change = matches.newest->number,
          .ambiguous = matches.oldest->number != matches.newest->number};
}

Hearing Followers::HearNext(User friend_, Belief& belief, Shown shown, Nanos now) {
  const std::uint32_t latest = truth_.Latest(friend_).number;
  const std::uint32_t last_heard = latest - ((latest - belief.change) & kChangeMask);
  const auto believed = static_cast<Shown>(belief.shown);
  const Matches matches =
      FindMatches(truth_, friend_, std::max(last_heard + 1, OldestKept(latest)), latest, shown);
  if (!matches.newest.has_value()) {
    const bool forgotten = OldestKept(latest) > last_heard + 1;
    Believe(belief, shown, last_heard);
    if (shown == believed) return {.heard = Heard::kRepeat};
    if (forgotten) return {.heard = Heard::kUnplaced};
    return {.heard = shown == Shown::kOffline ? Heard::kFalseFlap : Heard::kOutOfOrder};
  }
  Believe(belief, shown, matches.oldest->number);
  if (shown == believed) return {.heard = Heard::kRepeat};
  const Change since = WrongSince(truth_, friend_, *matches.newest, last_heard, believed);
  return {.heard = Heard::kChange,
          .latency = Since(since.due, now),
          .change = matches.newest->number,
          .ambiguous = matches.oldest->number != matches.newest->number};
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
