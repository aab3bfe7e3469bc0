#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "oofgg/clock.h"
#include "oofgg/presence/presence_table.h"
#include "presence/instances/instance_bus.h"
#include "presence/instances/instance_tables.h"

namespace oofgg::presence {

/// Of whom it has to be known what is registered: follows their shards, and reads what is entered once
/// nothing can be missed any more. What is heard of a user while the read is under way may be newer than
/// its answer, so both are put together.
class NeedBook {
 public:
  struct Read {
    std::string user_id;
    std::vector<Registered> found;  ///< At most one of each life; offline ones stand for what was heard.
  };
  struct Hooks {
    std::function<CompleteOrigins()> on_asked;  ///< A read is sent: whose absence from it will count.
    std::function<void(std::vector<Read>, const CompleteOrigins&)> on_read;
    /// These have waited long, and go on waiting.
    std::function<void(const std::vector<std::string>&)> on_impatient;
  };

  NeedBook(const Clock& clock, InstanceBus& bus, Hooks hooks);

  void Put(const PresenceTable::Need& need);
  /// True after a gap: what was registered meanwhile was not heard.
  bool OnFollowing(UserShard shard);
  void OnGap(UserShard shard);
  void OnHeard(UserShard shard, LifeId life, const std::vector<PresenceTable::Registration>& registrations);

  /// Sends what is due.
  void Flush(TimePoint now);
  [[nodiscard]] TimePoint NextDeadline() const { return next_look_; }

 private:
  struct Shard {
    std::uint32_t wanted = 0;  ///< Users.
    bool following = false;
    bool has_gap = false;
    bool reading = false;
    bool excused = false;  ///< Those who wait have been told that it takes long.
    TimePoint waiting_since = kNever;
    TimePoint retry_at = TimePoint::min();
    std::vector<std::string> to_read;
    std::vector<std::string> under_way;  ///< Sorted.
    std::vector<Registered> heard;       ///< Of these, since.
    CompleteOrigins complete;
  };

  void QueueRead(UserShard number, std::string user_id);
  void StartRead(UserShard number, TimePoint now);
  void OnAnswer(UserShard number, StatusOr<std::vector<std::vector<Registered>>> answer);
  void ReadAgain(Shard& shard, UserShard number);
  void Excuse(Shard& shard);
  [[nodiscard]] TimePoint DueAt(const Shard& shard) const;
  void LookSoon() { next_look_ = TimePoint::min(); }

  const Clock& clock_;
  InstanceBus& bus_;
  const Hooks hooks_;
  std::vector<Shard> shards_;
  std::set<UserShard> waiting_;   ///< Shards with something to read.
  TimePoint next_look_ = kNever;  ///< No later than one of these is due.
  std::shared_ptr<char> alive_ = std::make_shared<char>();
};

}  // namespace oofgg::presence
