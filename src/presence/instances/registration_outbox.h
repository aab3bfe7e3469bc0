#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "oofgg/clock.h"
#include "presence/instances/instance_bus.h"

namespace oofgg::presence {

/// What is still to be registered of our users. While a batch is under way the next one gathers, so that
/// batches grow with the load and nothing waits for a tick.
class RegistrationOutbox {
 public:
  /// `on_idle`: all that was put in is registered. `on_failure`: under that life something may not be.
  RegistrationOutbox(InstanceBus& bus, std::function<void()> on_idle, std::function<void(LifeId)> on_failure)
      : bus_(bus), on_idle_(std::move(on_idle)), on_failure_(std::move(on_failure)) {}

  void Put(PresenceTable::Registration registration);
  void Clear() { waiting_.clear(); }
  /// Sends what waits, unless something is under way under this life, or was sent less than `spacing` ago.
  void Flush(TimePoint now, LifeId life, const std::vector<LifeId>& replaced, Duration spacing);
  /// When `Flush` would do something, but for what is under way.
  [[nodiscard]] TimePoint NextDeadline() const {
    return waiting_.empty() || under_way_ > 0 ? kNever : flush_from_;
  }
  [[nodiscard]] bool idle() const { return waiting_.empty() && under_way_ == 0; }

 private:
  void OnRegistered(LifeId life, const Status& status);

  InstanceBus& bus_;
  const std::function<void()> on_idle_;
  const std::function<void(LifeId)> on_failure_;
  std::map<UserShard, std::vector<PresenceTable::Registration>> waiting_;
  LifeId life_ = 0;            ///< Under which a batch is under way.
  std::size_t under_way_ = 0;  ///< Parts of it.
  TimePoint flush_from_ = TimePoint::min();
  std::shared_ptr<char> alive_ = std::make_shared<char>();
};

}  // namespace oofgg::presence
