#include "matchmaking/reach.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

namespace oofgg::matchmaking {
namespace {

using Position = NumberIndex::const_iterator;

Position FirstAbove(const NumberIndex& index, double number) {
  return index.lower_bound(
      ByNumber::FirstOf(std::nextafter(number, std::numeric_limits<double>::infinity())));
}

Position FirstAt(const NumberIndex& index, double number) {
  return index.lower_bound(ByNumber::FirstOf(number));
}

}  // namespace

void Reach::Collect(Waiting& owner, std::vector<Waiting*>& field) {
  field.assign(1, &owner);
  const auto& indexes = owner.bucket->by_players;
  const auto limit_of = [&](std::size_t i) {
    return static_cast<std::size_t>(rules_.players_per_match()) / (i + 1);
  };
  for (std::size_t i = 0; i < indexes.size(); ++i) CollectLevel(owner, indexes[i], limit_of(i), field);
  if (consent_.HasWindow()) {
    for (std::size_t i = 0; i < indexes.size(); ++i) CollectAbove(owner, indexes[i], limit_of(i));
    KeepNearest(field);
    for (std::size_t i = 0; i < indexes.size(); ++i) CollectBelow(owner, indexes[i], limit_of(i));
    KeepNearest(field);
  }
  std::sort(field.begin(), field.end(), [](Waiting* a, Waiting* b) { return ByNumber(*a) < ByNumber(*b); });
}

// The tickets with the owner's own number.
void Reach::CollectLevel(const Waiting& owner, const NumberIndex& index, std::size_t limit,
                         std::vector<Waiting*>& field) const {
  std::size_t taken = 0;
  for (auto it = FirstAt(index, owner.number); it != index.end() && it->number == owner.number; ++it) {
    if (it->ticket == &owner) continue;
    if (taken++ == limit) return;
    field.push_back(it->ticket);
  }
}

void Reach::CollectAbove(const Waiting& owner, const NumberIndex& index, std::size_t limit) {
  const std::size_t full = side_.size() + kMaxASide;
  auto it = FirstAbove(index, owner.number);
  while (it != index.end() && side_.size() < full) {
    const double number = it->number;
    if (!InReach(owner, number - owner.number)) return;
    for (std::size_t taken = 0; taken < limit && it != index.end() && it->number == number; ++taken, ++it) {
      side_.push_back({number - owner.number, it->ticket});
    }
    if (it != index.end() && it->number == number) it = FirstAbove(index, number);
  }
}

void Reach::CollectBelow(const Waiting& owner, const NumberIndex& index, std::size_t limit) {
  const std::size_t full = side_.size() + kMaxASide;
  auto end = FirstAt(index, owner.number);
  while (end != index.begin() && side_.size() < full) {
    const double number = std::prev(end)->number;
    if (!InReach(owner, owner.number - number)) return;
    const auto first = FirstAt(index, number);
    auto it = first;
    for (std::size_t taken = 0; taken < limit && it != end; ++taken, ++it) {
      side_.push_back({owner.number - number, it->ticket});
    }
    end = first;
  }
}

bool Reach::InReach(const Waiting& owner, double difference) const {
  return consent_.AcceptsAt(owner, difference) != kNever;
}

// Moves what `side_` holds to `field`, at most kMaxASide of it.
void Reach::KeepNearest(std::vector<Waiting*>& field) {
  if (side_.size() > kMaxASide) {
    std::sort(side_.begin(), side_.end(), [](const Neighbour& a, const Neighbour& b) {
      if (a.difference != b.difference) return a.difference < b.difference;
      return MoreSenior(*a.ticket, *b.ticket);
    });
    const auto sizes = static_cast<std::size_t>(rules_.players_per_team());
    std::vector<std::size_t> quota(sizes + 1, std::max<std::size_t>(1, kMaxASide / sizes));
    const auto within_quota = [&](const Neighbour& neighbour) {
      std::size_t& left = quota[static_cast<std::size_t>(neighbour.ticket->players)];
      return left > 0 && left-- > 0;
    };
    std::stable_partition(side_.begin(), side_.end(), within_quota);
    side_.resize(kMaxASide);
  }
  for (const Neighbour& neighbour : side_) field.push_back(neighbour.ticket);
  side_.clear();
}

}  // namespace oofgg::matchmaking
