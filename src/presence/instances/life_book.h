#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "oofgg/clock.h"
#include "oofgg/presence/presence_table.h"
#include "presence/instances/instance_bus.h"

namespace oofgg::presence {

/// Which other instances live, as far as is known here. A life counts once its lease was seen, and until
/// that has lapsed by our clock *and* is gone from the registry; what comes of a life whose lease was not
/// seen yet is kept until that is settled.
class LifeBook {
 public:
  using Origin = PresenceTable::Origin;

  struct Life {
    Origin origin = 0;
    bool alive = false;     ///< Its lease was seen.
    bool verified = false;  ///< Has said, since the last gap, that all its users are registered.
    bool doubted = false;   ///< There was a gap since it was met.
    TimePoint until{};      ///< Of an alive one: then it has to be looked up.
    TimePoint met_at{};
    LeaseRecord record{};
    std::vector<PresenceTable::Registration> waiting{};  ///< Of one that is not alive yet.
  };

  /// The life, met now if it was unknown; null if it is known not to count.
  Life* Meet(LifeId life, TimePoint now);
  [[nodiscard]] Life* Find(LifeId life);
  [[nodiscard]] std::optional<LifeId> WithOrigin(Origin origin) const;

  /// Its lease was seen. True if it was known not to count before: what it said was not heard.
  bool Confirm(LifeId life, TimePoint now, TimePoint until);
  /// Forgets it. The origin of one that was alive.
  std::optional<Origin> Drop(LifeId life);
  /// As `Drop`, and nothing of it counts until `until`, unless its lease is seen.
  std::optional<Origin> Ignore(LifeId life, TimePoint until);
  void ForgetIgnored(TimePoint now);

  /// After a gap: nobody is verified, and everybody has until then.
  void Doubt();
  /// After a gap in that shard: what was heard in it of lives that are not alive yet may be out of date.
  void ForgetWaiting(UserShard shard);
  void Extend(TimePoint until);

  /// When the next is to be looked up; kNever: none is. Sooner by chance.
  [[nodiscard]] TimePoint NextLookUp(TimePoint now);
  /// Lives that a list made from `asked_at` on does not name and that do not live therefore.
  [[nodiscard]] std::vector<LifeId> GoneFrom(const std::vector<Lease>& leases, TimePoint asked_at,
                                             TimePoint now) const;
  [[nodiscard]] bool AllVerified() const;
  /// By origin.
  [[nodiscard]] std::vector<bool> Verified() const;
  [[nodiscard]] std::vector<LeaseRecord> Records() const;
  [[nodiscard]] std::size_t size() const { return lives_.size(); }

 private:
  Origin next_origin_ = 0;
  TimePoint next_look_up_ = kNever;
  std::map<LifeId, Life> lives_;
  std::map<LifeId, TimePoint> ignored_;
};

}  // namespace oofgg::presence
