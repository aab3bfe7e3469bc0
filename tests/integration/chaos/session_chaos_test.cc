// Players, over gRPC and over WebSockets, share sessions over three instances and move between them. The
// instances, Redis and the players' own clients are killed: everybody reads the same events in the same
// order, none is missing that was not named as gone, and each score that was acknowledged counts once.
//
// `OOFGG_CHAOS_SECONDS` (9) is how long, `OOFGG_SEED` which course it takes.
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <stop_token>
#include <thread>

#include "oofgg/client.h"
#include "tests/integration/chaos/chaos_player.h"
#include "tests/integration/chaos/chaos_submitter.h"
#include "tests/support/eventually.h"

namespace oofgg::testing {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t kSessions = 6;
constexpr std::size_t kMembers = 4;
constexpr std::size_t kSubmitters = 3;
constexpr std::chrono::seconds kBetweenKills{2};
constexpr const char* kScoreType = "wins";

/// Members of the first session say so much, within what a player may, that its window has passed when one
/// who died is back.
constexpr std::size_t kLoudBytes = 6'000;
constexpr std::chrono::seconds kAway{7};
bool IsLoud(std::size_t player) { return player < kMembers; }

struct Kind {
  const char* name;
  MakeChaosPlayer make;
};
/// Two of three speak gRPC.
constexpr std::array<Kind, 6> kKinds = {{{"gRPC", MakeGrpcPlayer},
                                         {"text", MakeTextPlayer},
                                         {"gRPC", MakeGrpcPlayer},
                                         {"gRPC", MakeGrpcPlayer},
                                         {"binary", MakeBinaryPlayer},
                                         {"gRPC", MakeGrpcPlayer}}};
const Kind& KindOf(std::size_t player) { return kKinds[player % kKinds.size()]; }

long FromEnvironment(const char* name, long otherwise) {
  const char* const text = std::getenv(name);
  return text != nullptr ? std::strtol(text, nullptr, 10) : otherwise;
}

class SessionChaosTest : public ::testing::Test {
 protected:
  SessionChaosTest() {
    const SessionTokens founder = world_.NewPlayer("founder");
    CreateGameRequest request{.name = "Arena"};
    request.score_rules[kScoreType] = {.keep = ScoreKeep::kSum};
    const auto game = world_.ClientAt(world_.PickLive(), founder)->games().CreateGame(request);
    EXPECT_TRUE(game.ok()) << game.status();
    if (game.ok()) game_id_ = game->id;
    for (std::size_t i = 0; i < kSessions; ++i) FillSession(i);
    for (std::size_t i = 0; i < kSubmitters; ++i) {
      submitters_.push_back(std::make_unique<ChaosSubmitter>(
          world_, world_.NewPlayer("scorer" + std::to_string(i)), game_id_, kScoreType));
    }
  }

  void FillSession(std::size_t number) {
    std::vector<SessionTokens> members;
    CreateSessionRequest request{.game_id = game_id_};
    for (std::size_t i = 0; i < kMembers; ++i) {
      members.push_back(world_.NewPlayer("p" + std::to_string(number) + "x" + std::to_string(i)));
      request.user_ids.push_back(members.back().user_id);
    }
    const auto session = world_.ClientAt(world_.PickLive(), members.front())->games().CreateSession(request);
    ASSERT_TRUE(session.ok()) << session.status();
    logs_.push_back(std::make_unique<SessionLog>());
    for (SessionTokens& member : members) {
      const Kind& kind = KindOf(players_.size());
      players_.push_back(kind.make(world_, std::move(member), session->id, *logs_.back()));
      players_.back()->Move();
    }
  }

  /// Everybody talks, moves and dies now and then.
  void Play(const std::stop_token& stop) {
    std::mt19937 random(seed_ + 1);
    for (std::size_t turn = 0; !stop.stop_requested(); ++turn) {
      const std::size_t who = turn % players_.size();
      ChaosPlayer& player = *players_[who];
      player.Tend();
      if (random() % 300 == 0) {
        player.Move();
        ++moves_;
      } else if (random() % 60 == 0) {
        player.Die(IsLoud(who) ? kAway : 0s);
        ++deaths_[KindOf(who).name];
      }
      player.Send("word " + std::to_string(turn) + std::string(IsLoud(who) ? kLoudBytes : 0, '.'));
      std::this_thread::sleep_for(3ms);
    }
  }

  /// Whether all come to have read the same last word of their session. Words go on until then, since who has
  /// just come begins with the next.
  [[nodiscard]] bool AllHaveReadAll() {
    return Eventually([&] {
      for (std::size_t i = 0; i < players_.size(); ++i) {
        players_[i]->Tend();
        if (i % kMembers == 0) players_[i]->Send("last word");
      }
      std::this_thread::sleep_for(500ms);
      for (std::size_t i = 0; i < players_.size(); ++i) {
        if (players_[i]->reading().last() != logs_[i / kMembers]->last()) return false;
      }
      return true;
    });
  }

  /// Every other time an instance, every fifteenth Redis: the third of the first ones.
  void Harm(std::chrono::seconds time) {
    const auto start = SteadyClock::now();
    for (int kill = 1; kill * kBetweenKills <= time; ++kill) {
      std::this_thread::sleep_until(start + kill * kBetweenKills);
      if (kill % 15 == 3) {
        world_.KillRedis();
        ++redis_kills_;
      } else if (kill % 2 == 0) {
        world_.KillOne();
        ++instance_kills_;
      }
    }
  }

  const unsigned seed_ = static_cast<unsigned>(FromEnvironment("OOFGG_SEED", 1));
  ChaosWorld world_{seed_};
  std::string game_id_;
  std::vector<std::unique_ptr<SessionLog>> logs_;
  std::vector<std::unique_ptr<ChaosPlayer>> players_;
  std::vector<std::unique_ptr<ChaosSubmitter>> submitters_;
  int instance_kills_ = 0;
  int redis_kills_ = 0;
  std::size_t moves_ = 0;
  std::map<std::string, std::size_t> deaths_;  // Of clients, by what they speak.
};

TEST_F(SessionChaosTest, NothingIsLostThatNobodyTellsOf) {
  std::jthread playing([this](const std::stop_token& stop) { Play(stop); });
  Harm(std::chrono::seconds(FromEnvironment("OOFGG_CHAOS_SECONDS", 9)));
  playing.request_stop();
  playing.join();
  for (const auto& player : players_) player->Move();  // Those who are away as well.
  for (const auto& submitter : submitters_) submitter->Stop();

  EXPECT_TRUE(AllHaveReadAll());
  std::size_t events = 0;
  std::size_t deliveries = 0;
  std::size_t gaps = 0;
  for (const auto& log : logs_) events += log->size();
  for (const auto& player : players_) {
    player->Leave();
    deliveries += player->reading().count();
    gaps += player->reading().gaps();
  }
  for (std::size_t i = 0; i < players_.size(); ++i) {
    for (const std::string& fault : players_[i]->reading().faults()) {
      ADD_FAILURE() << "player " << i << ", " << KindOf(i).name << ": " << fault;
    }
  }
  EXPECT_GT(deliveries, events);

  std::int64_t scores = 0;
  std::int64_t repeated = 0;
  for (const auto& submitter : submitters_) {
    EXPECT_TRUE(submitter->refused().ok()) << submitter->refused();
    scores += submitter->acknowledged();
    repeated += submitter->repeated();
    for (const InstanceAddress& where : world_.All()) {
      const auto client = world_.ClientAt(where, submitter->tokens());
      EXPECT_TRUE(Eventually([&] {
        const auto rank = client->scores().GetPlayerRank(
            {.player_id = submitter->player(), .game_id = game_id_, .score_type = kScoreType});
        return rank.ok() && rank->score_value == submitter->acknowledged();
      })) << "each acknowledged score counts once at instance "
          << where.number;
    }
  }
  EXPECT_GT(scores, 0);
  std::printf("killed: %d instances, %d Redis, %zu gRPC clients, %zu WebSockets in text, %zu in binary\n",
              instance_kills_, redis_kills_, deaths_["gRPC"], deaths_["text"], deaths_["binary"]);
  std::printf("%zu moves, %zu events, %zu deliveries, %zu gaps told; %lld scores, %lld repeated\n", moves_,
              events, deliveries, gaps, static_cast<long long>(scores), static_cast<long long>(repeated));
}

}  // namespace
}  // namespace oofgg::testing
