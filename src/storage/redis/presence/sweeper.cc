#include "storage/redis/presence/sweeper.h"

#include <chrono>
#include <utility>

#include "base/encoding.h"
#include "presence/instances/instance_bus.h"
#include "storage/redis/presence/instance_keys.h"
#include "storage/redis/presence/instance_scripts.h"

namespace oofgg::storage {
namespace {

constexpr std::chrono::seconds kStepPatience{5};
constexpr const char* kTurn = "60000";  // Milliseconds after which another may sweep.

TimePoint StepDeadline() { return DeadlineAfter(Clock::System().Now(), kStepPatience); }

}  // namespace

void Sweeper::Sweep() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(sweeping_, true)) return;
  }
  TakeTurn();
}

void Sweeper::TakeTurn() {
  client_.Send(RedisCommand({"SET", instance_keys::kSweeper, "1", "NX", "PX", kTurn}), StepDeadline(),
               [this](const StatusOr<RedisReply>& taken) {
                 if (!taken.ok() || taken->is_nil()) return End();
                 client_.Send(RedisCommand({"SMEMBERS", instance_keys::kDead}), StepDeadline(),
                              [this](const StatusOr<RedisReply>& dead) { dead.ok() ? Begin(*dead) : End(); });
               });
}

void Sweeper::Begin(const RedisReply& dead) {
  names_.clear();
  lives_.clear();
  for (const RedisReply& each : dead.elements) {
    if (const auto life = base::HexDecode(each.text); life.has_value() && life->size() == 8) {
      names_.push_back(each.text);
      lives_.push_back(*life);
    }
  }
  if (names_.empty()) return Finish();
  Step(0, "0");
}

void Sweeper::Step(std::uint32_t shard, std::string cursor) {
  if (shard == presence::kUserShards) return Finish();
  RedisScriptCall call{.keys = {instance_keys::Users(shard)}, .arguments = {std::move(cursor)}};
  call.arguments.insert(call.arguments.end(), lives_.begin(), lives_.end());
  client_.SendScript(instance_scripts::Sweep(), std::move(call), StepDeadline(),
                     [this, shard](const StatusOr<RedisReply>& next) {
                       if (!next.ok()) return End();
                       next->text == "0" ? Step(shard + 1, "0") : Step(shard, next->text);
                     });
}

void Sweeper::Finish() {
  if (!names_.empty()) {
    RedisCommand strike({"SREM", instance_keys::kDead});
    for (const std::string& name : names_) strike.Add(name);
    client_.Send(strike, StepDeadline(), [](const StatusOr<RedisReply>&) {});
  }
  client_.Send(RedisCommand({"DEL", instance_keys::kSweeper}), StepDeadline(),
               [](const StatusOr<RedisReply>&) {});
  End();
}

void Sweeper::End() {
  const std::lock_guard lock(mutex_);
  sweeping_ = false;
}

}  // namespace oofgg::storage
