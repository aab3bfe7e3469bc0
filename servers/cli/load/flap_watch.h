#pragma once

#include <cstdint>
#include <map>
#include <utility>

#include "servers/cli/load/friend_graph.h"
#include "servers/cli/load/poisson_schedule.h"

namespace oofgg::load {

/// How long followers take friends for gone who never went. Such beliefs are few, so they are kept apart from
/// all others.
class FlapWatch {
 public:
  /// `follower` has heard so of `friend_`, whose last change is number `change`.
  void Begin(User follower, User friend_, std::uint32_t change, Nanos now) {
    flaps_[{follower, friend_}] = {now, change};
  }
  /// They heard that it is not so. For how long they believed it; 0 if they did not, or if the friend has
  /// changed meanwhile, and may have gone after all.
  [[nodiscard]] Nanos End(User follower, User friend_, std::uint32_t change, Nanos now) {
    const auto found = flaps_.find({follower, friend_});
    if (found == flaps_.end()) return 0;
    const Flap flap = found->second;
    flaps_.erase(found);
    return flap.change == change ? now - flap.since : 0;
  }
  /// The follower believes nothing any more. `change_of` says of a friend the number of the last change.
  template <typename ChangeOf>
  [[nodiscard]] Nanos EndAll(User follower, const ChangeOf& change_of, Nanos now) {
    Nanos longest = 0;
    for (auto next = flaps_.lower_bound({follower, 0});
         next != flaps_.end() && next->first.first == follower;) {
      const User friend_ = next++->first.second;
      const Nanos lasted = End(follower, friend_, change_of(friend_), now);
      if (lasted > longest) longest = lasted;
    }
    return longest;
  }

 private:
  struct Flap {
    Nanos since = 0;
    std::uint32_t change = 0;
  };
  std::map<std::pair<User, User>, Flap> flaps_;
};

}  // namespace oofgg::load
