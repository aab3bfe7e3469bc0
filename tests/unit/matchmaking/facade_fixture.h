#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "matchmaking/match_allocator.h"
#include "matchmaking/rule_set_source.h"
#include "matchmaking/ticket_facade.h"
#include "oofgg/random.h"
#include "oofgg/testing/fake_clock.h"
#include "oofgg/testing/manual_executor.h"

namespace oofgg::matchmaking {

/// Keeps what it is asked until the test answers.
class FakeAllocator final : public MatchAllocator {
 public:
  struct Asked {
    MatchRequest request;
    Done done;
  };

  void Allocate(MatchRequest request, Done done) override {
    asked.push_back({std::move(request), std::move(done)});
  }
  void Cancel(const std::string& match_id) override { cancelled.push_back(match_id); }

  /// Seats for everybody of the match asked for as number `i`.
  static MatchSeats SeatsFor(const MatchRequest& request) {
    MatchSeats seats{"127.0.0.1:7777", {}};
    for (const auto& team : request.teams) {
      for (const std::string& player : team) seats.join_tickets[player] = "join-" + player;
    }
    return seats;
  }
  void Succeed(std::size_t i) { asked.at(i).done(SeatsFor(asked.at(i).request)); }
  void Fail(std::size_t i, Status status) { asked.at(i).done(std::move(status)); }

  std::vector<Asked> asked;
  std::vector<std::string> cancelled;
};

class FakeRules final : public RuleSetSource {
 public:
  void Set(const std::string& game_id, std::string_view json) {
    rules_[game_id] = std::make_shared<const RuleSet>(*RuleSet::Parse(json));
  }
  StatusOr<std::shared_ptr<const RuleSet>> Find(std::string_view game_id) const override {
    const auto it = rules_.find(game_id);
    if (it == rules_.end()) return MakeStatus(StatusCode::kNotFound, "no rules");
    return it->second;
  }

 private:
  std::map<std::string, std::shared_ptr<const RuleSet>, std::less<>> rules_;
};

/// Counts. Like a real one it does not call the handler.
class FakeHost final : public StreamHost {
 public:
  void Wake() override { ++wakes; }
  void Finish(Status status) override {
    if (!finished.has_value()) finished = std::move(status);
  }

  int wakes = 0;
  std::optional<Status> finished;
};

class FacadeTest : public ::testing::Test {
 protected:
  FacadeTest() {
    rules_.Set("duel", R"({"version": 1, "name": "duel", "teams": 2, "players_per_team": 1, "equal": ["mode"],
        "windows": [{"attribute": "skill", "initial": 50, "widen_per_second": 10, "maximum": 500}]})");
    rules_.Set("duos", R"({"version": 1, "name": "duos", "teams": 2, "players_per_team": 2})");
    rules_.Set("simple", R"({"version": 1, "name": "simple", "teams": 2, "players_per_team": 1})");
    Restart({});
  }

  void Restart(const MatchmakingOptions& options) {
    facade_.reset();
    facade_ = std::make_unique<MatchmakingFacade>(
        MatchmakingParts{clock_, random_, executor_, rules_, allocator_}, options);
  }

  static CallContext As(const std::string& user, const std::string& key = {},
                        const std::string& role = "user") {
    CallContext context;
    context.caller = Caller{user, role, "session"};
    context.idempotency_key = key;
    return context;
  }
  static CreateTicketRequest Duel(double skill, const std::string& mode = "ranked") {
    return {"duel", {}, {{"skill", skill}}, {{"mode", mode}}};
  }
  static CreateTicketRequest Simple(std::vector<std::string> players = {},
                                    const std::string& game = "simple") {
    return {game, std::move(players), {}, {}};
  }

  Ticket Create(const std::string& user, const CreateTicketRequest& request) {
    auto ticket = facade_->CreateTicket(As(user), request);
    EXPECT_TRUE(ticket.ok()) << ticket.status();
    return ticket.ok() ? *std::move(ticket) : Ticket();
  }
  /// As a lobby does, which has the role `service`.
  Ticket CreateParty(const CreateTicketRequest& request) {
    auto ticket = facade_->CreateTicket(As("lobby", {}, "service"), request);
    EXPECT_TRUE(ticket.ok()) << ticket.status();
    return ticket.ok() ? *std::move(ticket) : Ticket();
  }
  Ticket Get(const std::string& user, const std::string& id) {
    auto ticket = facade_->GetTicket(As(user), {id});
    EXPECT_TRUE(ticket.ok()) << ticket.status();
    return ticket.ok() ? *std::move(ticket) : Ticket();
  }

  struct Watch {
    std::shared_ptr<FakeHost> host;
    StreamHandlerPtr<TicketId, Ticket> handler;
  };
  Watch Open(const std::string& user, const std::string& id) {
    auto host = std::make_shared<FakeHost>();
    auto handler = facade_->WatchTicket(As(user), {id}, host);
    EXPECT_TRUE(handler.ok()) << handler.status();
    return {host, handler.ok() ? *std::move(handler) : nullptr};
  }

  testing::FakeClock clock_;
  testing::ManualExecutor executor_{clock_};
  SeededRandom random_{1};
  FakeRules rules_;
  FakeAllocator allocator_;
  std::unique_ptr<MatchmakingFacade> facade_;
};

}  // namespace oofgg::matchmaking
