// Many threads at once, for the sanitizers and for the one promise that races could break: whoever is
// seated, is seated once.

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "oofgg/thread_pool.h"
#include "tests/unit/matchmaking/facade_fixture.h"

namespace oofgg::matchmaking {
namespace {

// Answers from another thread; remembers who plays where.
class PoolAllocator final : public MatchAllocator {
 public:
  explicit PoolAllocator(Executor& executor) : executor_(executor) {}

  void Allocate(MatchRequest request, Done done) override {
    {
      const std::lock_guard lock(mutex_);
      seated_.emplace(request.match_id, request);
      ++unanswered_;
    }
    executor_.Post([this, request = std::move(request), done = std::move(done)]() mutable {
      done(FakeAllocator::SeatsFor(request));
      const std::lock_guard lock(mutex_);
      if (--unanswered_ == 0) answered_.notify_all();
    });
  }

  void Cancel(const std::string& match_id) override {
    const std::lock_guard lock(mutex_);
    EXPECT_EQ(seated_.erase(match_id), 1U)
        << "told of the end of " << match_id << " before its beginning, or twice";
  }

  void WaitUntilAllAreAnswered() {
    std::unique_lock lock(mutex_);
    answered_.wait(lock, [this] { return unanswered_ == 0; });
  }

  std::map<std::string, int> MatchesByPlayer() {
    const std::lock_guard lock(mutex_);
    std::map<std::string, int> matches;
    for (const auto& [id, request] : seated_) {
      for (const auto& team : request.teams) {
        for (const std::string& player : team) ++matches[player];
      }
    }
    return matches;
  }

 private:
  Executor& executor_;
  std::mutex mutex_;
  std::condition_variable answered_;
  std::map<std::string, MatchRequest> seated_;
  int unanswered_ = 0;
};

class CountingHost final : public StreamHost {
 public:
  void Wake() override { ++wakes_; }
  void Finish(Status) override { ++finishes_; }

 private:
  std::atomic<int> wakes_ = 0;
  std::atomic<int> finishes_ = 0;
};

TEST(TicketThreadsTest, NobodyIsSeatedTwice) {
  constexpr int kThreads = 4;
  constexpr int kPlayersEach = 200;
  FakeRules rules;
  rules.Set("duel", R"({"version": 1, "name": "duel", "teams": 2, "players_per_team": 1,
      "windows": [{"attribute": "skill", "initial": 3, "widen_per_second": 1000, "maximum": 20}]})");
  auto pool = std::make_unique<ThreadPool>(2);
  PoolAllocator allocator(*pool);
  auto facade = std::make_unique<MatchmakingFacade>(
      MatchmakingParts{Clock::System(), RandomSource::System(), *pool, rules, allocator});

  std::mutex mutex;
  std::map<std::string, std::string> tickets;
  const auto play = [&](int thread) {
    SeededRandom random(static_cast<std::uint64_t>(thread));
    for (int i = 0; i < kPlayersEach; ++i) {
      const std::string player = std::to_string(thread) + "-" + std::to_string(i);
      CallContext context;
      context.caller = Caller{player, "user", "session"};
      const auto skill = static_cast<double>(random.Below(1000));
      const auto ticket = facade->CreateTicket(context, {"duel", {}, {{"skill", skill}}, {}});
      ASSERT_TRUE(ticket.ok()) << ticket.status();
      const auto watch = facade->WatchTicket(context, {ticket->id}, std::make_shared<CountingHost>());
      ASSERT_TRUE(watch.ok()) << watch.status();
      while ((*watch)->Next().has_value()) {
      }
      if (random.Below(4) == 0) (void)facade->CancelTicket(context, {ticket->id});
      if (random.Below(2) == 0) (*watch)->OnClose();
      const std::lock_guard lock(mutex);
      tickets[player] = ticket->id;
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back(play, i);
  for (std::thread& thread : threads) thread.join();

  allocator.WaitUntilAllAreAnswered();

  // Whoever is told a seat has one; nobody has two.
  const auto has_seat = [&](const std::string& player, const std::string& id) {
    CallContext context;
    context.caller = Caller{player, "user", "session"};
    const auto ticket = facade->GetTicket(context, {id});
    return ticket.ok() && ticket->state == TicketState::kAssigned;
  };
  std::map<std::string, bool> told;
  for (const auto& [player, id] : tickets) told[player] = has_seat(player, id);
  facade.reset();  // Gives up what is under way.
  pool.reset();    // Runs what was posted.
  const std::map<std::string, int> matches = allocator.MatchesByPlayer();
  int seated = 0;
  for (const auto& [player, assigned] : told) {
    const auto it = matches.find(player);
    const int count = it == matches.end() ? 0 : it->second;
    EXPECT_LE(count, 1) << player;
    if (assigned) {
      EXPECT_EQ(count, 1) << player;
      ++seated;
    }
  }
  EXPECT_GT(seated, kThreads * kPlayersEach / 4);
}

}  // namespace
}  // namespace oofgg::matchmaking
