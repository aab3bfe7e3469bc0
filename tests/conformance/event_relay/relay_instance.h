#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

#include "game/event_hub.h"
#include "oofgg/random.h"
#include "oofgg/thread_pool.h"
#include "storage/redis/game/events/redis_event_relay.h"
#include "tests/integration/redis/deployment.h"
#include "tests/support/inbox.h"
#include "tests/support/memory_event_relay.h"
#include "tests/support/patience.h"

namespace oofgg::game::testing {

using oofgg::testing::Inbox;
using oofgg::testing::kPatience;
using storage::testing::Deployment;
using Effect = RelayEntry::Effect;

/// The runs of all sessions, which the instances' stores share. Threads: safe.
class Runs {
 public:
  StatusOr<std::uint64_t> Next(std::string_view session_id) {
    const std::lock_guard lock(mutex_);
    if (gone_.contains(std::string(session_id))) return MakeStatus(StatusCode::kNotFound, "no such session");
    return next_[std::string(session_id)]++;
  }
  void Forget(const std::string& session_id) {
    const std::lock_guard lock(mutex_);
    gone_[session_id] = true;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::uint64_t> next_;
  std::map<std::string, bool> gone_;
};

/// How instances are made that share their sessions.
class Setting {
 public:
  virtual ~Setting() = default;
  [[nodiscard]] virtual std::unique_ptr<EventRelay> MakeRelay(Executor& work, EventWindow window) = 0;

  Runs runs;
};

class MemorySetting final : public Setting {
 public:
  std::unique_ptr<EventRelay> MakeRelay(Executor& /*work*/, EventWindow window) override {
    return std::make_unique<MemoryEventRelay>(logs_, window);
  }

 private:
  MemoryEventLogs logs_;
};

class RedisSetting final : public Setting {
 public:
  explicit RedisSetting(std::unique_ptr<Deployment> deployment) : deployment_(std::move(deployment)) {}
  std::unique_ptr<EventRelay> MakeRelay(Executor& work, EventWindow window) override {
    storage::EventRelayOptions its = options;
    its.window = window;
    return std::make_unique<storage::RedisEventRelay>(storage::testing::OptionsFor(deployment_->url()), its,
                                                      work, Clock::System(), RandomSource::System());
  }
  [[nodiscard]] Deployment& deployment() { return *deployment_; }

  storage::EventRelayOptions options;

 private:
  std::unique_ptr<Deployment> deployment_;
};

/// One server that keeps nothing but what it is told to save.
class Forgetful final : public Deployment {
 public:
  [[nodiscard]] std::string url() const override { return server_.url(); }
  oofgg::testing::RedisServer& MasterOf(const std::string& /*key*/) override { return server_; }
  void Kill(oofgg::testing::RedisServer& master) override { master.Kill(); }
  void Heal() override { server_.Start(); }
  [[nodiscard]] bool has_replicas() const override { return false; }

 private:
  oofgg::testing::RedisServer server_{{"--appendonly", "no"}};
};

/// One instance, as far as events go.
class Instance {
 public:
  /// With a home of its own only where it is given.
  explicit Instance(Setting& setting, EventWindow window = {},
                    std::shared_ptr<EventRelay::Home> home = nullptr)
      : relay_(setting.MakeRelay(work_, window)),
        home_(home != nullptr ? std::move(home) : std::make_shared<AtHome>(setting.runs, rows_)),
        hub_(std::make_unique<EventHub>(
            Clock::System(), EventHubOptions{.window = window, .keep = Duration::zero()}, relay_.get())) {
    relay_->Attach(home_);
  }

  [[nodiscard]] EventRelay& relay() { return *relay_; }
  [[nodiscard]] EventHub& hub() { return *hub_; }
  [[nodiscard]] Inbox<std::string>& rows() { return rows_; }

  [[nodiscard]] std::shared_ptr<EventChannel> Channel(const std::string& session) {
    return hub_->Open(session, []() -> StatusOr<std::uint64_t> { return 0; }).value();
  }
  /// What the server says.
  void Say(const std::string& session, const std::string& name, Effect effect = Effect::kNone,
           const std::string& player = {}, std::int64_t row_version = 1) {
    RelayEntry entry{.effect = effect};
    entry.event.name = name;
    entry.event.player_id = player;
    entry.row_version = row_version;
    if (effect == Effect::kKick)
      entry.why = WithReason(MakeStatus(StatusCode::kFailedPrecondition, "x"), "OUT");
    if (effect == Effect::kEnd)
      entry.why = WithReason(MakeStatus(StatusCode::kFailedPrecondition, "y"), "OVER");
    hub_->Publish(session, std::move(entry));
  }

 private:
  class AtHome final : public EventRelay::Home {
   public:
    AtHome(Runs& runs, Inbox<std::string>& rows) : runs_(runs), rows_(rows) {}
    void OnRowChanged(std::string_view session_id) override { rows_.Put(std::string(session_id)); }
    StatusOr<std::uint64_t> NextStreamRun(std::string_view session_id) override {
      return runs_.Next(session_id);
    }

   private:
    Runs& runs_;
    Inbox<std::string>& rows_;
  };

  Inbox<std::string> rows_;
  ThreadPool work_{2};
  std::unique_ptr<EventRelay> relay_;
  std::shared_ptr<EventRelay::Home> home_;
  std::unique_ptr<EventHub> hub_;
};

/// A stream at an instance, read by the test's thread.
class Stream {
 public:
  Stream(Instance& instance, const std::string& session, EventStart start = {},
         const std::string& player = "ann") {
    auto cursor = instance.Channel(session)->Subscribe(player, start, [alarm = alarm_] { alarm->Ring(); });
    if (cursor.ok()) {
      cursor_ = *std::move(cursor);
    } else {
      refused_ = cursor.status();
    }
  }

  [[nodiscard]] Status Send(const std::string& name, const std::string& data = {}) {
    if (cursor_ == nullptr) return refused_;
    GameEvent event;
    event.name = name;
    event.data = data;
    return cursor_->Publish(std::move(event));
  }

  /// The next event; kDeadlineExceeded if none comes.
  [[nodiscard]] StatusOr<std::shared_ptr<const GameEvent>> Next() {
    if (cursor_ == nullptr) return refused_;
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (true) {
      const std::uint64_t rings = alarm_->rings();
      auto next = cursor_->Next();
      if (!next.ok() || *next != nullptr) return next;
      if (!alarm_->Wait(rings, deadline)) return MakeStatus(StatusCode::kDeadlineExceeded, "nothing came");
    }
  }
  /// The name of the next event, or `!REASON`, or `!` and the code.
  [[nodiscard]] std::string NextName() {
    const auto next = Next();
    if (next.ok()) {
      last_ = (*next)->sequence;
      return (*next)->name;
    }
    end_ = next.status();
    const std::string reason = ReasonOf(next.status());
    return "!" + (reason.empty() ? absl::StatusCodeToString(next.status().code()) : reason);
  }
  /// The names up to and with `last`, or up to the end.
  [[nodiscard]] std::string ReadUntil(const std::string& last) {
    std::string names;
    for (std::string name; name != last && !name.starts_with('!');) {
      name = NextName();
      names += name + " ";
    }
    return names;
  }
  /// The number of the last event read.
  [[nodiscard]] std::uint64_t last() const { return last_; }
  [[nodiscard]] std::string end() const { return end_.ToString(); }
  void Close() { cursor_.reset(); }
  void Confirm(std::int64_t row_version) { cursor_->Confirm(row_version); }

 private:
  class Alarm {
   public:
    void Ring() {
      const std::lock_guard lock(mutex_);
      ++rings_;
      rung_.notify_all();
    }
    [[nodiscard]] std::uint64_t rings() {
      const std::lock_guard lock(mutex_);
      return rings_;
    }
    [[nodiscard]] bool Wait(std::uint64_t rings, std::chrono::steady_clock::time_point deadline) {
      std::unique_lock lock(mutex_);
      return rung_.wait_until(lock, deadline, [&] { return rings_ > rings; });
    }

   private:
    std::mutex mutex_;
    std::condition_variable rung_;
    std::uint64_t rings_ = 0;
  };

  const std::shared_ptr<Alarm> alarm_ = std::make_shared<Alarm>();
  std::unique_ptr<EventCursor> cursor_;
  Status refused_;
  Status end_;
  std::uint64_t last_ = 0;
};

inline EventStart After(std::uint64_t number) { return {.at = EventStart::At::kAfter, .after = number}; }
inline constexpr EventStart kFromOldest{.at = EventStart::At::kOldest};

/// A way to share.
struct Way {
  std::string name;
  std::function<std::unique_ptr<Setting>()> make;

  friend void PrintTo(const Way& way, std::ostream* out) { *out << way.name; }
};

inline std::string NameOfWay(const ::testing::TestParamInfo<Way>& way) { return way.param.name; }

template <typename Kind>
std::unique_ptr<Setting> OnRedis() {
  return std::make_unique<RedisSetting>(std::make_unique<Kind>());
}

/// A session that no other test uses.
inline std::string NewSession() { return "s" + std::to_string(RandomSource::System().Next()); }

}  // namespace oofgg::game::testing
