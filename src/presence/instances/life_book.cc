#include "presence/instances/life_book.h"

#include <algorithm>
#include <utility>

namespace oofgg::presence {

LifeBook::Life* LifeBook::Meet(LifeId life, TimePoint now) {
  if (Life* known = Find(life)) return known;
  if (const auto ignored = ignored_.find(life); ignored != ignored_.end() && ignored->second > now) {
    return nullptr;
  }
  // Not a number that was in use lately, as there may be an answer under way that speaks of it.
  while (WithOrigin(next_origin_).has_value()) ++next_origin_;
  Life& met = lives_[life];
  met.origin = next_origin_++;
  met.met_at = now;
  next_look_up_ = now;
  return &met;
}

LifeBook::Life* LifeBook::Find(LifeId life) {
  const auto known = lives_.find(life);
  return known == lives_.end() ? nullptr : &known->second;
}

std::optional<LifeId> LifeBook::WithOrigin(Origin origin) const {
  for (const auto& [id, life] : lives_) {
    if (life.origin == origin) return id;
  }
  return std::nullopt;
}

bool LifeBook::Confirm(LifeId life, TimePoint now, TimePoint until) {
  const bool was_ignored = ignored_.erase(life) > 0;
  Life& known = *Meet(life, now);
  known.alive = true;
  known.until = std::max(known.until, until);
  return was_ignored;
}

std::optional<LifeBook::Origin> LifeBook::Drop(LifeId life) {
  const Life* known = Find(life);
  if (known == nullptr) return std::nullopt;
  std::optional<Origin> origin;
  if (known->alive) origin = known->origin;
  lives_.erase(life);
  return origin;
}

std::optional<LifeBook::Origin> LifeBook::Ignore(LifeId life, TimePoint until) {
  ignored_[life] = until;
  return Drop(life);
}

void LifeBook::ForgetIgnored(TimePoint now) {
  std::erase_if(ignored_, [now](const auto& entry) { return entry.second <= now; });
}

void LifeBook::Doubt() {
  for (auto& [id, life] : lives_) {
    life.verified = false;
    life.doubted = true;
  }
}

void LifeBook::ForgetWaiting(UserShard shard) {
  for (auto& [id, life] : lives_) {
    std::erase_if(life.waiting, [shard](const PresenceTable::Registration& each) {
      return ShardOfUser(each.user_id) == shard;
    });
  }
}

void LifeBook::Extend(TimePoint until) {
  for (auto& [id, life] : lives_) {
    if (life.alive) life.until = std::max(life.until, until);
  }
}

TimePoint LifeBook::NextLookUp(TimePoint now) {
  // What prolongs a life leaves it as it is, until it seems to be due.
  if (now < next_look_up_) return next_look_up_;
  next_look_up_ = kNever;
  for (const auto& [id, life] : lives_) {
    next_look_up_ = std::min(next_look_up_, life.alive ? life.until : life.met_at);
  }
  return next_look_up_;
}

std::vector<LifeId> LifeBook::GoneFrom(const std::vector<Lease>& leases, TimePoint asked_at,
                                       TimePoint now) const {
  std::vector<LifeId> gone;
  for (const auto& [id, life] : lives_) {
    const bool is_listed =
        std::any_of(leases.begin(), leases.end(), [&id](const Lease& lease) { return lease.life == id; });
    const bool had_its_time = life.alive ? life.until <= now : life.met_at <= asked_at;
    if (!is_listed && had_its_time) gone.push_back(id);
  }
  return gone;
}

bool LifeBook::AllVerified() const {
  return std::all_of(lives_.begin(), lives_.end(), [](const auto& entry) { return entry.second.verified; });
}

std::vector<bool> LifeBook::Verified() const {
  std::vector<bool> verified;
  for (const auto& [id, life] : lives_) {
    if (!life.verified) continue;
    if (verified.size() <= life.origin) verified.resize(life.origin + std::size_t{1});
    verified[life.origin] = true;
  }
  return verified;
}

std::vector<LeaseRecord> LifeBook::Records() const {
  std::vector<LeaseRecord> records;
  for (const auto& [id, life] : lives_) {
    if (life.alive) records.push_back(life.record);
  }
  return records;
}

}  // namespace oofgg::presence
