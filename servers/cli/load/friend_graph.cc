#include "servers/cli/load/friend_graph.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace oofgg::load {
namespace {

void Shuffle(std::vector<User>& values, RandomSource& random) {
  for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[random.Below(i)]);
}

std::vector<User> InRandomOrder(User first, User count, RandomSource& random) {
  std::vector<User> values(count);
  std::iota(values.begin(), values.end(), first);
  Shuffle(values, random);
  return values;
}

void AddMutual(std::vector<Watches>& edges, User one, User other) {
  edges.push_back({one, other});
  edges.push_back({other, one});
}

}  // namespace

void AddRegular(std::vector<Watches>& edges, User first, User count, User friends, RandomSource& random) {
  const std::vector<User> circle = InRandomOrder(first, count, random);
  // A step leads to two friends, one on each side; that to the opposite side to one.
  std::vector<User> steps = InRandomOrder(1, (count - 1) / 2, random);
  steps.resize(friends / 2);
  for (User place = 0; place < count; ++place) {
    for (const User step : steps) AddMutual(edges, circle[place], circle[(place + step) % count]);
    if (friends % 2 != 0) edges.push_back({circle[place], circle[(place + count / 2) % count]});
  }
}

void AddPowerLaw(std::vector<Watches>& edges, User first, User count, User friends, RandomSource& random) {
  const User each = std::max<User>(1, friends / 2);
  const std::vector<User> order = InRandomOrder(first, count, random);
  std::vector<std::size_t> degree(count);
  std::vector<User> ends;  // Each user as often as they have friends, hence drawn in proportion.
  const auto befriend = [&](User one, User other) {
    AddMutual(edges, order[one], order[other]);
    for (const User user : {one, other}) {
      ++degree[user];
      ends.push_back(user);
    }
  };
  const User seeds = std::min<User>(each + 1, count);
  for (User one = 1; one < seeds; ++one) {
    for (User other = 0; other < one; ++other) befriend(one, other);
  }
  std::vector<User> chosen;
  for (User user = seeds; user < count; ++user) {
    chosen.clear();
    while (chosen.size() < each) {
      const User drawn = ends[random.Below(ends.size())];
      const bool is_full = degree[drawn] >= kMostFriends;
      if (is_full || std::find(chosen.begin(), chosen.end(), drawn) != chosen.end()) continue;
      chosen.push_back(drawn);
    }
    for (const User other : chosen) befriend(user, other);
  }
}

FriendGraph::FriendGraph(User users, std::vector<Watches> edges) : offsets_(std::size_t{users} + 1) {
  std::sort(edges.begin(), edges.end());
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  friends_.reserve(edges.size());
  for (const Watches& edge : edges) {
    ++offsets_[edge.follower + std::size_t{1}];
    friends_.push_back(edge.friend_);
  }
  std::partial_sum(offsets_.begin(), offsets_.end(), offsets_.begin());
}

FriendGraph::MostWatched FriendGraph::FindMostWatched() const {
  std::vector<std::size_t> followers(offsets_.size());
  for (const User user : friends_) ++followers[user];
  const auto most = std::max_element(followers.begin(), followers.end());
  return {static_cast<User>(most - followers.begin()), *most};
}

std::size_t FriendGraph::longest_list() const {
  std::size_t longest = 0;
  for (std::size_t i = 1; i < offsets_.size(); ++i) {
    longest = std::max(longest, offsets_[i] - offsets_[i - 1]);
  }
  return longest;
}

}  // namespace oofgg::load
