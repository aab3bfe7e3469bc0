#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "oofgg/random.h"

namespace oofgg::load {

/// Users are counted from 0.
using User = std::uint32_t;

/// One entry of a friends list.
struct Watches {
  User follower = 0;
  User friend_ = 0;
  friend auto operator<=>(const Watches&, const Watches&) = default;
};

/// `count` users from `first` on, each with `friends` friends among them, all mutual: a circulant graph of
/// random steps over a random order. `friends` < `count`, and one of the two is even.
void AddRegular(std::vector<Watches>& edges, User first, User count, User friends, RandomSource& random);

/// The same with friends in proportion to how many one has already (Barabási and Albert): a few users have
/// very many, `friends` is the mean.
void AddPowerLaw(std::vector<Watches>& edges, User first, User count, User friends, RandomSource& random);

/// Who is on whose list, in one block of memory that forked workers share.
class FriendGraph {
 public:
  /// Entries may repeat and come in any order.
  FriendGraph(User users, std::vector<Watches> edges);

  /// Sorted.
  [[nodiscard]] std::span<const User> FriendsOf(User user) const {
    return std::span(friends_).subspan(offsets_[user], offsets_[user + 1] - offsets_[user]);
  }
  /// Counts all entries of all lists through: where those of `user` begin.
  [[nodiscard]] std::size_t FirstEntryOf(User user) const { return offsets_[user]; }
  [[nodiscard]] std::size_t entries() const { return friends_.size(); }
  [[nodiscard]] User users() const { return static_cast<User>(offsets_.size() - 1); }

  struct MostWatched {
    User user = 0;
    std::size_t followers = 0;
  };
  [[nodiscard]] MostWatched FindMostWatched() const;
  /// Entries of the longest list.
  [[nodiscard]] std::size_t longest_list() const;

 private:
  std::vector<std::size_t> offsets_;
  std::vector<User> friends_;
};

}  // namespace oofgg::load
