#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "oofgg/random.h"
#include "storage/redis/presence/redis_instance_bus.h"
#include "tests/integration/redis/deployment.h"
#include "tests/support/eventually.h"
#include "tests/support/inbox.h"

namespace oofgg::presence::testing {

using Registration = PresenceTable::Registration;
using storage::testing::Deployment;

/// A way to run Redis.
struct Way {
  std::string name;
  std::function<std::unique_ptr<Deployment>()> make;

  friend void PrintTo(const Way& way, std::ostream* out) { *out << way.name; }
};

inline auto AllWays() {
  return ::testing::Values(Way{"OneServer", [] { return std::make_unique<storage::testing::OneServer>(); }},
                           Way{"Sentinel", [] { return std::make_unique<storage::testing::SentinelSet>(); }},
                           Way{"Cluster", [] { return std::make_unique<storage::testing::Cluster>(); }});
}

inline std::string NameOfWay(const ::testing::TestParamInfo<Way>& way) { return way.param.name; }

inline LifeId NewLife() { return RandomSource::System().Next(); }

/// The shard of most tests.
inline constexpr UserShard kShard = 7;

/// Some user of the shard; another for each `number`.
inline std::string UserIn(UserShard shard, int number = 0) {
  for (int i = 0;; ++i) {
    std::string user = "user" + std::to_string(number) + "-" + std::to_string(i);
    if (ShardOfUser(user) == shard) return user;
  }
}

/// One instance's bus. What it answers and tells is done on the thread of the test, while that waits for
/// something, and what it tells is kept as lines, such as `following 7` or `registered 7 by 12: ann@3`.
class BusPeer final : private InstanceBusEvents {
 public:
  explicit BusPeer(const std::string& url)
      : bus_(std::make_unique<storage::RedisInstanceBus>(
            storage::testing::PatientOptionsFor(url),
            [this](InstanceWork work) { inbox_.Put(std::move(work)); })) {}

  InstanceBus& operator*() { return *bus_; }
  InstanceBus* operator->() { return bus_.get(); }

  // Calls whose answers are waited for.

  StatusOr<std::vector<Lease>> Acquire(LifeId life, const LeaseRecord& record,
                                       std::chrono::milliseconds ttl = std::chrono::minutes(1)) {
    return Answered<StatusOr<std::vector<Lease>>>(
        [&](auto on_leases) { bus_->Acquire(life, record, ttl, std::move(on_leases)); });
  }
  StatusOr<bool> Renew(LifeId life, const LeaseRecord& record,
                       std::chrono::milliseconds ttl = std::chrono::minutes(1)) {
    return Answered<StatusOr<bool>>(
        [&](auto on_renewed) { bus_->Renew(life, record, ttl, std::move(on_renewed)); });
  }
  StatusOr<std::vector<Lease>> List() {
    return Answered<StatusOr<std::vector<Lease>>>([&](auto on_leases) { bus_->List(std::move(on_leases)); });
  }
  Status Register(UserShard shard, LifeId life, std::vector<Registration> registrations,
                  const std::vector<LifeId>& replaced = {}) {
    return Answered<Status>([&](auto on_registered) {
      bus_->Register(shard, life, replaced, std::move(registrations), std::move(on_registered));
    });
  }
  StatusOr<std::vector<std::vector<Registered>>> Read(UserShard shard, std::vector<std::string> users) {
    return Answered<StatusOr<std::vector<std::vector<Registered>>>>(
        [&](auto on_read) { bus_->Read(shard, std::move(users), std::move(on_read)); });
  }

  /// What is entered of one user, by life.
  std::map<LifeId, Registration> EntriesOf(const std::string& user) {
    const auto read = Read(ShardOfUser(user), {user});
    EXPECT_TRUE(read.ok()) << read.status();
    std::map<LifeId, Registration> entries;
    if (!read.ok()) return entries;
    for (const Registered& each : read->front()) entries[each.life] = each.registration;
    return entries;
  }
  /// The lease of this life in a list; nothing if it is not there.
  std::optional<Lease> LeaseOf(LifeId life) {
    const auto leases = List();
    EXPECT_TRUE(leases.ok()) << leases.status();
    return leases.ok() ? Find(*leases, life) : std::nullopt;
  }
  static std::optional<Lease> Find(const std::vector<Lease>& leases, LifeId life) {
    for (const Lease& each : leases) {
      if (each.life == life) return each;
    }
    return std::nullopt;
  }

  /// The next line that begins so; those before are dropped. "nothing" if none comes.
  std::string Next(std::string_view prefix = "") {
    while (true) {
      while (!heard_.empty()) {
        std::string line = std::move(heard_.front());
        heard_.pop_front();
        if (line.starts_with(prefix)) return line;
      }
      if (!DoOne()) return "nothing";
    }
  }
  bool Hears(const std::string& line) {
    for (std::string next = Next(); next != "nothing"; next = Next()) {
      if (next == line) return true;
    }
    return false;
  }
  void FollowAndWait(UserShard shard) {
    bus_->Follow(shard);
    EXPECT_TRUE(Hears("following " + std::to_string(shard)));
  }
  /// Beats are heard, and there are links for commands: without one they fail at once.
  void WaitUntilReady() {
    EXPECT_TRUE(Hears("hearing"));
    EXPECT_TRUE(oofgg::testing::Eventually([this] { return bus_->LinkNumber() != 0; }));
  }

  static std::string BeatLine(LifeId life, const LeaseRecord& record, std::chrono::milliseconds ttl) {
    return "beat of " + std::to_string(life) + " for " + std::to_string(ttl.count()) +
           " ms: " + record.address + " " + std::to_string(record.connections) + "/" +
           std::to_string(record.capacity) + (record.complete ? " complete" : "") +
           (record.leaving ? " leaving" : "");
  }
  static std::string RegisteredLine(UserShard shard, LifeId life,
                                    const std::vector<Registration>& registrations) {
    std::string line = "registered " + std::to_string(shard) + " by " + std::to_string(life) + ":";
    for (const Registration& each : registrations) {
      line += " " + each.user_id + "@" + std::to_string(each.version) + (each.online ? "+" : "-");
    }
    return line;
  }

 private:
  template <typename Result>
  Result Answered(const std::function<void(InstanceBus::On<Result>)>& call) {
    // Shared, as an answer may come after it was given up.
    const auto answer = std::make_shared<std::optional<Result>>();
    call([answer](Result result) { *answer = std::move(result); });
    while (!answer->has_value()) {
      if (!DoOne()) return Result(MakeStatus(StatusCode::kDeadlineExceeded, "there was no answer"));
    }
    return **std::move(answer);
  }
  bool DoOne() {
    auto work = inbox_.Next();
    if (work.has_value()) (*work)(*this);
    return work.has_value();
  }

  void OnBeat(LifeId life, const LeaseRecord& record, std::chrono::milliseconds ttl) override {
    heard_.push_back(BeatLine(life, record, ttl));
  }
  void OnRollCall() override { heard_.emplace_back("roll call"); }
  void OnRegistered(UserShard shard, LifeId life, std::vector<Registration> registrations) override {
    heard_.push_back(RegisteredLine(shard, life, registrations));
  }
  void OnFarewell(const PresenceTable::Farewell& farewell) override {
    heard_.push_back("farewell to " + farewell.listed + " of " + farewell.departed.user_id + "@" +
                     std::to_string(farewell.departed.version));
  }
  void OnFollowing(UserShard shard) override { heard_.push_back("following " + std::to_string(shard)); }
  void OnHearing() override { heard_.emplace_back("hearing"); }
  void OnGap(std::optional<UserShard> shard) override {
    heard_.push_back(shard.has_value() ? "gap in " + std::to_string(*shard) : "gap");
  }

  oofgg::testing::Inbox<InstanceWork> inbox_;
  std::deque<std::string> heard_;
  std::unique_ptr<storage::RedisInstanceBus> bus_;
};

}  // namespace oofgg::presence::testing
