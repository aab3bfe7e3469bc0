#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "game/event_channel.h"
#include "game/event_relay.h"
#include "oofgg/clock.h"

namespace oofgg::game {

/// The logs that fake relays of several instances share, in memory. What is appended is told before `Append`
/// returns. Threads: safe.
class MemoryEventLogs {
 public:
  explicit MemoryEventLogs(const Clock& clock = Clock::System()) : clock_(clock) {}

 private:
  friend class MemoryEventRelay;
  struct Kept {
    RelayEntry entry;
    TimePoint since;
  };
  struct Log {
    std::uint64_t last = 0;
    std::uint64_t base = 0;
    std::deque<Kept> kept;
    std::map<std::uint64_t, std::weak_ptr<EventRelay::Follower>> followers;
  };

  const Clock& clock_;
  std::recursive_mutex mutex_;  // Held while followers are told; a dropped one comes back in.
  std::map<std::string, Log, std::less<>> logs_;
  std::uint64_t last_following_ = 0;
  std::vector<std::weak_ptr<EventRelay::Home>> homes_;
};

/// A relay that behaves as a real one does while nothing goes wrong.
class MemoryEventRelay final : public EventRelay {
 public:
  explicit MemoryEventRelay(MemoryEventLogs& logs, EventWindow window = {}) : logs_(logs), window_(window) {}

  void Attach(std::weak_ptr<Home> home) override {
    const std::lock_guard lock(logs_.mutex_);
    home_ = home;
    logs_.homes_.push_back(std::move(home));
  }

  std::unique_ptr<Following> Follow(const std::string& session_id,
                                    std::weak_ptr<Follower> follower) override {
    const std::lock_guard lock(logs_.mutex_);
    const auto opened = Open(session_id);
    if (!opened.ok()) {
      if (const auto listener = follower.lock()) listener->OnGone(opened.status());
      return nullptr;
    }
    MemoryEventLogs::Log& log = **opened;
    const std::uint64_t number = ++logs_.last_following_;
    Trim(log);
    std::vector<RelayEntry> kept;
    for (const auto& each : log.kept) {
      kept.push_back(each.entry);
      kept.back().age = logs_.clock_.Now() - each.since;
    }
    if (const auto listener = follower.lock()) listener->OnOpened(log.base, std::move(kept));
    log.followers[number] = std::move(follower);
    return std::make_unique<Place>(logs_, session_id, number);
  }

  Status Append(const std::string& session_id, RelayEntry entry, OnFailed /*on_failed*/) override {
    const std::lock_guard lock(logs_.mutex_);
    const auto opened = Open(session_id);
    if (!opened.ok()) return {};  // The session is gone.
    MemoryEventLogs::Log& log = **opened;
    entry.event.sequence = ++log.last;
    log.kept.push_back({entry, logs_.clock_.Now()});
    Trim(log);
    const auto followers = log.followers;
    for (const auto& [number, follower] : followers) {
      if (const auto listener = follower.lock()) listener->OnEntries({entry});
    }
    return {};
  }

  void TellRowChanged(std::string_view session_id) override {
    const std::lock_guard lock(logs_.mutex_);
    for (const auto& each : logs_.homes_) {
      if (const auto home = each.lock()) home->OnRowChanged(session_id);
    }
  }

 private:
  class Place final : public Following {
   public:
    Place(MemoryEventLogs& logs, std::string session_id, std::uint64_t number)
        : logs_(logs), session_id_(std::move(session_id)), number_(number) {}
    ~Place() override {
      const std::lock_guard lock(logs_.mutex_);
      logs_.logs_[session_id_].followers.erase(number_);
    }

   private:
    MemoryEventLogs& logs_;
    const std::string session_id_;
    const std::uint64_t number_;
  };

  StatusOr<MemoryEventLogs::Log*> Open(const std::string& session_id) {
    if (const auto found = logs_.logs_.find(session_id); found != logs_.logs_.end()) return &found->second;
    const auto home = home_.lock();
    if (home == nullptr) return MakeStatus(StatusCode::kCancelled, "nobody is at home");
    OOFGG_ASSIGN_OR_RETURN(const std::uint64_t run, home->NextStreamRun(session_id));
    MemoryEventLogs::Log& log = logs_.logs_[session_id];
    log.last = log.base = BaseOfRun(run);
    return &log;
  }

  void Trim(MemoryEventLogs::Log& log) const {
    while (!log.kept.empty() &&
           (log.kept.size() > window_.events || logs_.clock_.Now() - log.kept.front().since > window_.age)) {
      log.base = log.kept.front().entry.event.sequence;
      log.kept.pop_front();
    }
  }

  MemoryEventLogs& logs_;
  const EventWindow window_;
  std::weak_ptr<Home> home_;
};

}  // namespace oofgg::game
