#pragma once

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "presence/instances/instance_bus.h"

namespace oofgg::presence {

/// Keeps the questions of leases and users, for the test to answer, and says whom it follows.
class FakeBus final : public InstanceBus {
 public:
  using Entries = std::vector<std::vector<Registered>>;
  struct Question {
    UserShard shard;
    std::vector<std::string> users;
    On<StatusOr<Entries>> on_read;
  };

  void Read(UserShard shard, std::vector<std::string> users, On<StatusOr<Entries>> on_read) override {
    questions.push_back({shard, std::move(users), std::move(on_read)});
  }
  void Follow(UserShard shard) override { calls.push_back("follow " + std::to_string(shard)); }
  void Unfollow(UserShard shard) override { calls.push_back("unfollow " + std::to_string(shard)); }

  void Acquire(LifeId life, const LeaseRecord&, std::chrono::milliseconds,
               On<StatusOr<std::vector<Lease>>> on_leases) override {
    acquisitions.push_back({life, std::move(on_leases)});
  }
  void Renew(LifeId life, const LeaseRecord&, std::chrono::milliseconds,
             On<StatusOr<bool>> on_renewed) override {
    renewals.push_back({life, std::move(on_renewed)});
  }
  void Release(LifeId) override {}
  void List(On<StatusOr<std::vector<Lease>>>) override {}
  void Register(UserShard, LifeId, const std::vector<LifeId>&, std::vector<PresenceTable::Registration>,
                On<Status>) override {}
  void TakeName(LifeId) override {}
  void Send(LifeId, const PresenceTable::Farewell&) override {}
  void CallRoll() override {}
  void Sweep() override {}
  void ListenAnew() override {}
  [[nodiscard]] std::uint64_t LinkNumber() const override { return 1; }

  /// Answers the oldest question.
  void Answer(StatusOr<Entries> entries) {
    Question question = std::move(questions.front());
    questions.pop_front();
    question.on_read(std::move(entries));
  }

  struct Acquisition {
    LifeId life;
    On<StatusOr<std::vector<Lease>>> on_leases;
  };
  struct Renewal {
    LifeId life;
    On<StatusOr<bool>> on_renewed;
  };

  std::deque<Question> questions;
  std::deque<Acquisition> acquisitions;
  std::deque<Renewal> renewals;
  std::vector<std::string> calls;
};

}  // namespace oofgg::presence
