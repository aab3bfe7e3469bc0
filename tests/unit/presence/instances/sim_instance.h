#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "presence/instances/instance_sync.h"
#include "tests/unit/presence/instances/sim_redis.h"
#include "tests/unit/presence/instances/sim_scheduler.h"

namespace oofgg::presence::sim {

/// One instance: its tables, the protocol, and a bus. It can be paused, and dies when it is dropped.
class SimInstance final : private InstanceTables {
 public:
  SimInstance(Scheduler& scheduler, SimRedis& redis, std::size_t tables, std::chrono::milliseconds lease,
              Duration clock_skew)
      : scheduler_(scheduler),
        skew_(clock_skew),
        bus_(scheduler, redis, [this](auto work) { Deliver(std::move(work)); }),
        sync_(scheduler.clock(), scheduler.random(), bus_, *this, {.lease = lease}) {
    for (std::size_t i = 0; i < tables; ++i) {
      PresenceTable::Options options;
      options.stamp = [this] { return Stamp(); };
      if (tables > 1) {
        options.is_home = [this, i](std::string_view user) { return HomeOf(user) == i; };
      }
      options.first_version = Stamp();
      tables_.emplace_back(options);
    }
    letters_.resize(tables);
    Run();
  }

  PresenceTable& Of(std::string_view user) { return tables_[HomeOf(user)]; }
  std::deque<PresenceTable>& all() { return tables_; }
  SimBus& bus() { return bus_; }
  InstanceSync& sync() { return sync_; }
  [[nodiscard]] bool paused() const { return paused_; }

  /// After any call on a table.
  void Run() {
    if (paused_) return;
    for (PresenceTable& table : tables_) table.Advance(scheduler_.Now());
    Exchange();
    sync_.Advance();
    ReadLetters();
    Exchange();
    sync_.Advance();
    RunAgainAt(Deadline());
  }

  void Pause() { paused_ = true; }
  void Resume() {
    paused_ = false;
    for (auto& work : std::exchange(missed_, {})) work(sync_);
    Run();
  }

 private:
  [[nodiscard]] std::size_t count() const override { return std::max<std::size_t>(tables_.size(), 1); }
  [[nodiscard]] std::size_t HomeOf(std::string_view user) const override {
    return static_cast<unsigned char>(user.back()) % count();
  }
  void Post(std::size_t table, TableLetter::Content letter) override {
    letters_[table].push_back(std::move(letter));
  }

  std::uint64_t Stamp() const {
    const auto since = (scheduler_.Now() + skew_).time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(since).count()) +
           1'000'000'000;
  }

  void Deliver(std::function<void(InstanceBusEvents&)> work) {
    if (paused_) {
      missed_.push_back(std::move(work));
      return;
    }
    // Never inside a call.
    scheduler_.After(Duration(0), [this, alive = std::weak_ptr<char>(alive_), work = std::move(work)] {
      if (alive.expired()) return;
      if (paused_) {
        missed_.push_back(work);
        return;
      }
      work(sync_);
      Run();
    });
  }

  /// What tables want of each other, at once: that it may take time is tried elsewhere.
  void Exchange() {
    for (bool more = true; more;) {
      more = false;
      for (unsigned from = 0; from < tables_.size(); ++from) {
        for (const auto& interest : tables_[from].TakeInterests()) {
          Of(interest.user_id).Follow(from, interest.user_id, interest.wanted);
          more = true;
        }
        for (const auto& shown : tables_[from].TakeExports()) {
          for (std::size_t to = 0; to < tables_.size(); ++to) {
            if ((shown.followers >> to & 1) != 0) tables_[to].Import(shown.update);
          }
          more = true;
        }
        for (const auto& farewell : tables_[from].TakeFarewells()) {
          Of(farewell.listed).Hear(farewell);
          more = true;
        }
        TellOf(tables_[from]);
      }
    }
  }

  void TellOf(PresenceTable& table) {
    auto needs = table.TakeNeeds();
    auto registrations = table.TakeRegistrations();
    auto farewells = table.TakeFarewellsAbroad();
    sync_.Tell(std::move(needs), std::move(registrations), std::move(farewells));
  }

  void ReadLetters() {
    for (std::size_t table = 0; table < tables_.size(); ++table) {
      // Some are read later.
      for (std::size_t most = scheduler_.random().Below(8); most > 0 && !letters_[table].empty(); --most) {
        const TableLetter::Content letter = std::move(letters_[table].front());
        letters_[table].pop_front();
        Apply(letter, tables_[table]);
        if (const auto* again = std::get_if<TableLetter::RegisterAgain>(&letter)) {
          TellOf(tables_[table]);
          sync_.OnRegisteredAgain(again->round);
        }
      }
      if (!letters_[table].empty())
        RunAgainAt(scheduler_.Now() +
                   scheduler_.Between(std::chrono::microseconds(1), std::chrono::milliseconds(5)));
    }
  }

  TimePoint Deadline() const {
    TimePoint next = sync_.NextDeadline();
    for (const PresenceTable& table : tables_) next = std::min(next, table.NextDeadline());
    return next;
  }

  void RunAgainAt(TimePoint when) {
    if (when == kNever || (when >= run_at_ && run_at_ > scheduler_.Now())) return;
    run_at_ = std::max(when, scheduler_.Now() + std::chrono::microseconds(1));
    scheduler_.At(run_at_, [this, when = run_at_, alive = std::weak_ptr<char>(alive_)] {
      if (alive.expired()) return;
      if (run_at_ == when) run_at_ = TimePoint::min();
      Run();
    });
  }

  Scheduler& scheduler_;
  const Duration skew_;
  bool paused_ = false;
  TimePoint run_at_ = TimePoint::min();
  std::deque<PresenceTable> tables_;
  std::vector<std::deque<TableLetter::Content>> letters_;
  std::vector<std::function<void(InstanceBusEvents&)>> missed_;
  std::shared_ptr<char> alive_ = std::make_shared<char>();
  SimBus bus_;
  InstanceSync sync_;
};

}  // namespace oofgg::presence::sim
