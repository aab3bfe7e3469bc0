// What only the stores in PostgreSQL promise: a database that dies under them, servers that share one, lists
// that are longer than an answer.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "storage/postgres/database.h"
#include "storage/postgres/game/game_schema.h"
#include "storage/postgres/game/postgres_entity_store.h"
#include "storage/postgres/game/postgres_game_store.h"
#include "storage/postgres/game/postgres_match_store.h"
#include "storage/postgres/game/postgres_player_store.h"
#include "storage/postgres/game/postgres_score_store.h"
#include "storage/postgres/game/postgres_session_store.h"
#include "tests/conformance/game/store_set.h"
#include "tests/support/eventually.h"
#include "tests/support/patience.h"
#include "tests/support/postgres_server.h"

namespace oofgg::storage {
namespace {

using namespace std::chrono_literals;
using oofgg::testing::Eventually;

const WallTime kNow = WallTime(1'900'000'000s);

struct StoresAt {
  explicit StoresAt(const std::string& url)
      : database(PostgresDatabase::Open(url, {.timeout = oofgg::testing::kPatience,
                                              .connect_timeout = oofgg::testing::kPatience})
                     .value()),
        players(PostgresPlayerStore::Make(*database).value()),
        games(PostgresGameStore::Make(*database).value()),
        sessions(PostgresSessionStore::Make(*database).value()),
        entities(PostgresEntityStore::Make(*database).value()),
        scores(PostgresScoreStore::Make(*database).value()) {}

  std::unique_ptr<PostgresDatabase> database;
  std::unique_ptr<PostgresPlayerStore> players;
  std::unique_ptr<PostgresGameStore> games;
  std::unique_ptr<PostgresSessionStore> sessions;
  std::unique_ptr<PostgresEntityStore> entities;
  std::unique_ptr<PostgresScoreStore> scores;
};

game::SessionRecord SessionOf(const std::string& id, const std::string& owner) {
  game::SessionRecord session;
  session.id = id;
  session.game_id = "arena";
  session.owner_id = owner;
  session.members = {{owner, "", ""}};
  return session;
}

Score ScoreOf(const std::string& id, const std::string& player) {
  return {.id = id,
          .player_id = player,
          .game_id = "arena",
          .instance_id = "",
          .value = 1,
          .score_type = "wins",
          .created_at = kNow,
          .metadata = {}};
}

/// Players who make sessions and entities, join and score, each on a thread, until told to stop. What fails
/// is asked for again under the same key, as clients do.
class Crowd {
 public:
  static constexpr int kPlayers = 6;

  explicit Crowd(StoresAt& stores) : stores_(stores) {
    EXPECT_TRUE(stores_.sessions->CreateSession(SessionOf("shared", "host"), {}, 0).ok());
    for (int i = 0; i < kPlayers; ++i) threads_.emplace_back([this, i] { Play(i); });
  }
  ~Crowd() { Stop(); }

  void Stop() {
    stop_ = true;
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  [[nodiscard]] int acknowledged() const { return acknowledged_; }
  [[nodiscard]] int turns(int player) const { return turns_.at(static_cast<std::size_t>(player)); }

 private:
  template <typename Ask>
  auto UntilAnswered(Ask ask) {
    for (;;) {
      auto answer = ask();
      const StatusCode code = answer.status().code();
      EXPECT_NE(code, StatusCode::kAlreadyExists) << "its own first attempt is no rival";
      EXPECT_NE(code, StatusCode::kResourceExhausted) << answer.status();
      const bool is_unknown = code == StatusCode::kUnavailable || code == StatusCode::kDeadlineExceeded;
      if (answer.ok() || !is_unknown) {
        ++acknowledged_;
        return answer;
      }
    }
  }

  void Play(int number) {
    const std::string player = "p" + std::to_string(number);
    for (int turn = 0; !stop_; ++turn) {
      const std::string id = player + "-" + std::to_string(turn);
      const game::CreationKey key{player, id, turn};
      const auto score = UntilAnswered(
          [&] { return stores_.scores->InsertScore(ScoreOf(id, player), {.keep = ScoreKeep::kSum}, key); });
      EXPECT_EQ(score->standings[0]->value, turn + 1) << "each score counts once";
      const auto session =
          UntilAnswered([&] { return stores_.sessions->CreateSession(SessionOf(id, player), key, 0); });
      EXPECT_TRUE(session.ok()) << session.status();
      const auto entity = UntilAnswered([&] {
        return stores_.entities->CreateEntity({.id = id,
                                               .session_id = id,
                                               .game_id = "arena",
                                               .name = "",
                                               .type = "",
                                               .attributes = {},
                                               .controller = EntityController::kServer,
                                               .player_id = "",
                                               .data = ""},
                                              key, 1);
      });
      EXPECT_TRUE(entity.ok()) << entity.status();
      Join(player, turn);
      turns_.at(static_cast<std::size_t>(number)) = turn + 1;
    }
  }

  void Join(const std::string& player, int turn) {
    for (bool is_in = false; !is_in;) {
      auto session = UntilAnswered([&] { return stores_.sessions->FindSession("shared"); });
      ASSERT_TRUE(session.ok()) << session.status();
      std::erase_if(session->members, [&](const auto& member) { return member.user_id == player; });
      session->members.push_back({player, std::to_string(turn), ""});
      is_in = UntilAnswered([&] { return stores_.sessions->UpdateSession(*session); }).ok();
    }
  }

  StoresAt& stores_;
  std::atomic<bool> stop_ = false;
  std::atomic<int> acknowledged_ = 0;
  std::array<std::atomic<int>, kPlayers> turns_{};
  std::vector<std::thread> threads_;
};

TEST(PostgresGameStores, AKillUnderLoadLosesNothingAndDoublesNothing) {
  oofgg::testing::PostgresServer server({.fsync = true});
  StoresAt stores(server.url());
  Crowd crowd(stores);
  for (int kills = 0; kills < 2; ++kills) {
    const int before = crowd.acknowledged();
    ASSERT_TRUE(Eventually([&] { return crowd.acknowledged() > before + 100; }));
    server.Kill();
    server.Start();
    const int at_start = crowd.acknowledged();
    ASSERT_TRUE(Eventually([&] { return crowd.acknowledged() > at_start; }));
  }
  crowd.Stop();
  const auto shared = stores.sessions->FindSession("shared");
  ASSERT_TRUE(shared.ok()) << shared.status();
  std::map<std::string, std::string> teams;
  for (const auto& member : shared->members) {
    teams[member.user_id] = member.team_id;
  }
  for (int i = 0; i < Crowd::kPlayers; ++i) {
    const std::string player = "p" + std::to_string(i);
    const int turns = crowd.turns(i);
    EXPECT_GT(turns, 0);
    EXPECT_EQ(stores.scores->CountScores(player, "").value(), turns);
    EXPECT_EQ(stores.sessions->ListSessionsOf(player, 1'000'000)->size(),
              static_cast<std::size_t>(turns) + 1);
    EXPECT_EQ(teams[player], std::to_string(turns - 1));
    for (int turn = 0; turn < turns; ++turn) {
      EXPECT_EQ(stores.entities->ListEntities(player + "-" + std::to_string(turn))->size(), 1U);
    }
  }
}

TEST(PostgresGameStores, ServersThatStartTogetherShareTablesLimitsAndNumbers) {
  const std::string url = oofgg::testing::PostgresServer::Shared().NewSchemaUrl();
  std::vector<std::unique_ptr<StoresAt>> servers(4);
  AllAtOnce(servers.size(), [&](std::size_t i) { servers[i] = std::make_unique<StoresAt>(url); });
  std::atomic<int> made = 0;
  std::mutex mutex;
  std::set<std::uint64_t> runs;
  AllAtOnce(servers.size() * 2, [&](std::size_t i) {
    StoresAt& stores = *servers[i % servers.size()];
    for (int turn = 0; turn < 5; ++turn) {
      const std::string id = std::to_string(i) + "-" + std::to_string(turn);
      made += stores.sessions->CreateSession(SessionOf(id, "ann"), {}, 7).ok() ? 1 : 0;
    }
    const std::string first = stores.sessions->ListSessionsOf("ann", 1)->front().id;
    EXPECT_TRUE(stores.sessions->FindSession(first).ok());
  });
  EXPECT_EQ(made, 7);
  const std::string some = servers[0]->sessions->ListSessionsOf("ann", 1)->front().id;
  AllAtOnce(servers.size() * 2, [&](std::size_t i) {
    for (int turn = 0; turn < 10; ++turn) {
      const std::uint64_t run = servers[i % servers.size()]->sessions->NextStreamRun(some).value();
      const std::lock_guard lock(mutex);
      EXPECT_TRUE(runs.insert(run).second) << run;
    }
  });
  EXPECT_EQ(*runs.rbegin(), runs.size() - 1);
}

// Writers of the same rows in groups of their own, at two servers, beside what erases and purges.
TEST(PostgresGameStores, NobodyWaitsInACircle) {
  oofgg::testing::PostgresServer server;
  std::vector<std::unique_ptr<StoresAt>> servers;
  for (int i = 0; i < 2; ++i) servers.push_back(std::make_unique<StoresAt>(server.url()));
  constexpr std::size_t kRows = 5;
  const auto name = [](std::size_t i) { return "s" + std::to_string(i); };
  for (std::size_t i = 0; i < kRows; ++i) {
    ASSERT_TRUE(servers[0]->sessions->CreateSession(SessionOf(name(i), "host"), {}, 0).ok());
  }
  AllAtOnce(16, [&](std::size_t i) {
    StoresAt& stores = *servers[i % servers.size()];
    for (std::size_t turn = 0; turn < 40; ++turn) {
      const std::string row = name((i * 3 + turn * (i % 2 == 0 ? 1 : kRows - 1)) % kRows);
      const std::string id = std::to_string(i) + "-" + std::to_string(turn);
      if (i == 0) {
        EXPECT_TRUE(stores.sessions->EraseSession(row).ok());
        EXPECT_TRUE(stores.sessions->CreateSession(SessionOf(row, "host"), {}, 100).ok());
      } else if (i == 1) {
        EXPECT_TRUE(stores.sessions->Purge({.now = kNow, .keep = 0ms, .limit = 3}).ok());
        EXPECT_TRUE(stores.scores->EraseScores(row, 5).ok());
      } else {
        auto session = stores.sessions->FindSession(row);
        if (session.ok()) {
          session->state = turn % 7 == 0 ? SessionState::kFinished : SessionState::kStarted;
          session->members.push_back({id, "", ""});
          (void)stores.sessions->UpdateSession(*session);
        }
        (void)stores.sessions->NextStreamRun(row);
        Score score = ScoreOf(id, row);
        score.game_id = "g" + std::to_string(turn / 4);  // New lists now and then.
        const auto stored = stores.scores->InsertScore(score, {}, {"server", std::to_string(turn), 1});
        EXPECT_TRUE(stored.ok() || stored.status().code() == StatusCode::kNotFound) << stored.status();
      }
    }
  });
  servers.clear();  // A process tells its statistics when it ends, at the latest.
  EXPECT_TRUE(Eventually([&] {
    return server.Sql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'oofgg'") == "0\n";
  }));
  EXPECT_EQ(server.Sql("SELECT sum(deadlocks) FROM pg_stat_database"), "0\n");
}

/// "schema." of what is at that URL, for SQL.
std::string SchemaOf(const std::string& url) {
  const std::size_t begin = url.find("test_");
  return url.substr(begin, url.find('%', begin) - begin) + ".";
}

// A database of servers that told matches before they stored their ends.
TEST(PostgresGameStores, MatchesThatWereOverCountAsToldAndThoseThatArePlayedDoNot) {
  constexpr std::size_t kWithMatches = 10;
  oofgg::testing::PostgresServer& server = oofgg::testing::PostgresServer::Shared();
  const std::string url = server.NewSchemaUrl();
  const auto database = PostgresDatabase::Open(url, {.timeout = oofgg::testing::kPatience,
                                                     .connect_timeout = oofgg::testing::kPatience})
                            .value();
  ASSERT_TRUE(database->Migrate("game", PostgresGameMigrations().first(kWithMatches)).ok());
  server.Sql("INSERT INTO " + SchemaOf(url) +
             "game_matches VALUES ('over', 'arena', 0, 1000, 2000, 1, 2),"
             " ('played', 'arena', 0, 1000, NULL, 0, 1)");
  const auto matches = PostgresMatchStore::Make(*database).value();
  EXPECT_TRUE(matches->FindMatch("over")->is_told);
  EXPECT_FALSE(matches->FindMatch("played")->is_told);
  EXPECT_EQ(matches->ListOpen("", 10).value(), std::vector<std::string>{"played"});
}

TEST(PostgresGameStores, ListsOfAnyLengthAreVisitedOnceEachInPages) {
  oofgg::testing::PostgresServer& server = oofgg::testing::PostgresServer::Shared();
  const std::string url = server.NewSchemaUrl();
  StoresAt stores(url);
  // Lists 1 to 2300 of one row, then three of 12000, then of as many as a page, then as the first.
  const std::string schema = SchemaOf(url);
  server.Sql("INSERT INTO " + schema +
             "game_standing_lists (game_id, score_type, period, period_start)"
             " SELECT 'g' || i, 't', 0, 0 FROM generate_series(1, 2310) i;"
             " INSERT INTO " +
             schema +
             "game_standings (list_id, player_id, value, place, created_at)"
             " SELECT l, 'p' || i, i, i, 0 FROM generate_series(1, 2310) l, generate_series(1, CASE"
             " WHEN l BETWEEN 2301 AND 2303 THEN 12000 WHEN l = 2304 THEN 5000 ELSE 1 END) i");
  std::map<std::string, std::set<std::string>> seen;
  std::string last;
  const Status visited = stores.scores->VisitStandings(kNow, [&](const game::StandingRow& row) {
    const std::string game(row.game_id);
    EXPECT_TRUE(game == last || !seen.contains(game)) << game << " comes in pieces";
    last = game;
    EXPECT_TRUE(seen[game].emplace(row.player_id).second) << game << " " << row.player_id;
    EXPECT_EQ("p" + std::to_string(row.standing.value), row.player_id);
    return Status();
  });
  ASSERT_TRUE(visited.ok()) << visited;
  EXPECT_EQ(seen.size(), 2310U);
  std::size_t rows = 0;
  for (const auto& [game, players] : seen) rows += players.size();
  EXPECT_EQ(rows, 2306U + 3 * 12'000 + 5'000);
}

TEST(PostgresGameStores, APageThatTakesTooLongIsAskedForAgain) {
  oofgg::testing::PostgresServer& server = oofgg::testing::PostgresServer::Shared();
  const std::string url = server.NewSchemaUrl();
  StoresAt stores(url);
  ASSERT_TRUE(stores.scores->InsertScore(ScoreOf("1", "ann"), {}, {}).ok());
  std::thread holder([&] {  // For longer than a statement may take.
    server.Sql("BEGIN; LOCK TABLE " + SchemaOf(url) + "game_standings; SELECT pg_sleep(2); COMMIT");
  });
  EXPECT_TRUE(Eventually([&] {
    return server.Sql(
               "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND"
               " relation = '" +
               SchemaOf(url) + "game_standings'::regclass") == "1\n";
  }));
  int told = 0;
  const Status visited = stores.scores->VisitStandings(kNow, [&](const game::StandingRow&) {
    ++told;
    return Status();
  });
  holder.join();
  EXPECT_TRUE(visited.ok()) << visited;
  EXPECT_EQ(told, 4);
}

TEST(PostgresGameStores, TheHorizonIsNotSettledWhileAWriterMayStillStoreALowerOrder) {
  oofgg::testing::PostgresServer& server = oofgg::testing::PostgresServer::Shared();
  const std::string url = server.NewSchemaUrl();
  const std::string schema = SchemaOf(url);
  StoresAt stores(url);
  server.Sql("CREATE TABLE " + schema + "may_commit (yes boolean)");
  std::thread slow([&] {
    server.Sql("BEGIN; INSERT INTO " + schema +
               "game_scores (id, player_id, game_id, instance_id, value, score_type, created_at, metadata)"
               " VALUES ('slow', 'ann', 'arena', '', 1, 'wins', 0, '{}');"
               "DO 'BEGIN WHILE NOT EXISTS (SELECT FROM " +
               schema + "may_commit) LOOP PERFORM pg_sleep(0.01); END LOOP; END'; COMMIT");
  });
  EXPECT_TRUE(Eventually([&] { return stores.scores->FindHorizon()->order == 1; }));
  ASSERT_TRUE(stores.scores->InsertScore(ScoreOf("2", "bob"), {}, {}).ok());
  const auto unsettled = stores.scores->FindHorizon();
  ASSERT_TRUE(unsettled.ok()) << unsettled.status();
  EXPECT_EQ(unsettled->order, 2);
  EXPECT_FALSE(unsettled->settled);
  EXPECT_EQ(stores.scores->ListCounted(0, 2)->size(), 1U) << "what is stored can be read";
  server.Sql("INSERT INTO " + schema + "may_commit VALUES (true)");
  slow.join();
  EXPECT_TRUE(stores.scores->FindHorizon()->settled);
}

TEST(PostgresGameStores, AQueueLongerThanAnAnswerIsListedWhole) {
  oofgg::testing::PostgresServer& server = oofgg::testing::PostgresServer::Shared();
  const std::string url = server.NewSchemaUrl();
  StoresAt stores(url);
  server.Sql("INSERT INTO " + SchemaOf(url) +
             "game_sessions (id, game_id, owner_id, state, attributes, region, data, ticket_id, alias_of,"
             " member_ids, member_teams, join_tickets, version)"
             " SELECT lpad(i::text, 8, '0'), 'arena', 'p' || i, 6, '{}', 0, '', '', '', ARRAY['p' || i],"
             " ARRAY[''], ARRAY[''], 1 FROM generate_series(1, 2000) i");
  const auto queued = stores.sessions->ListQueued();
  ASSERT_TRUE(queued.ok()) << queued.status();
  EXPECT_EQ(queued->size(), 2'000U);
  EXPECT_TRUE(std::is_sorted(queued->begin(), queued->end(),
                             [](const auto& a, const auto& b) { return a.id < b.id; }));
}

}  // namespace
}  // namespace oofgg::storage
