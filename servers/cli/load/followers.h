#pragma once

#include <cstddef>
#include <cstdint>

#include "servers/cli/load/friend_graph.h"
#include "servers/cli/load/truth_board.h"

namespace oofgg::load {

/// What a line from the server meant to the follower who got it.
enum class Heard : std::uint8_t {
  kSnapshot,    ///< A state from before the follower came online.
  kChange,      ///< A friend's change; it has a latency.
  kRepeat,      ///< What the follower believed already.
  kOutOfOrder,  ///< A state the friend had before the one believed, and not since.
  kFalseFlap,   ///< The same, of being offline: the friend did not go.
  kUnplaced,    ///< A change so long overtaken by others that it is not known any more when it was due.
  kStranger,    ///< Of somebody who is not on the follower's list.
};
inline constexpr std::size_t kKindsOfHeard = 7;

struct Hearing {
  Heard heard = Heard::kStranger;
  Nanos latency = 0;         ///< Of a change: since when the follower's view was wrong.
  std::uint32_t change = 0;  ///< Its number.
  bool ambiguous = false;    ///< It may have been one of several; the latency is that of the latest.
};

/// What each follower believes of each friend, two bytes each, beside what is true. A line that says online
/// or away has the number of the change; one that says offline is of the latest such change that fits.
/// Threads and processes: each user has one that calls.
class Followers {
 public:
  /// `graph` and `truth` outlive it.
  [[nodiscard]] static StatusOr<Followers> Make(const FriendGraph& graph, const TruthBoard& truth);

  /// The follower has come online: nothing told before holds.
  void Begin(User follower, Nanos now);
  /// `change`: its number; of an offline it is not known, and ignored.
  [[nodiscard]] Hearing Hear(User follower, User friend_, Shown shown, std::uint32_t change, Nanos now);
  /// For how long, at most, a friend of `follower` has not been what the follower believes, because of a
  /// change that was not heard; 0: all are.
  [[nodiscard]] Nanos LongestWrong(User follower, Nanos now) const;
  /// How many friends of `follower` are not what the follower believes they are.
  [[nodiscard]] std::size_t CountWrong(User follower) const;

 private:
  struct Belief {
    std::uint16_t shown : 2;
    std::uint16_t change : 14;  ///< The least number that the last heard can have had, modulo 2^14.
  };
  Followers(const FriendGraph& graph, const TruthBoard& truth, SharedArray<Belief> beliefs,
            SharedArray<Nanos> begun)
      : graph_(graph), truth_(truth), beliefs_(std::move(beliefs)), begun_(std::move(begun)) {}

  static void Believe(Belief& belief, Shown shown, std::uint32_t change);
  [[nodiscard]] Hearing HearFirst(User follower, User friend_, Belief& belief, Shown shown,
                                  std::uint32_t change, Nanos now) const;
  [[nodiscard]] Hearing HearOffline(User friend_, Belief& belief, Nanos now) const;
  [[nodiscard]] Hearing HearNumbered(User friend_, Belief& belief, Shown shown, std::uint32_t change,
                                     Nanos now) const;
  [[nodiscard]] Hearing Place(User friend_, const Belief& believed, std::uint32_t change, Nanos now) const;

  const FriendGraph& graph_;
  const TruthBoard& truth_;
  SharedArray<Belief> beliefs_;  // As the entries of the graph.
  SharedArray<Nanos> begun_;     // By user.
};

}  // namespace oofgg::load
