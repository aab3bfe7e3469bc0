// What every implementation of EventLog promises.

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <thread>

#include "tests/conformance/event_log/event_logs.h"
#include "tests/support/json_schema.h"

namespace oofgg::testing {
namespace {

using nlohmann::json;

class EventLogTest : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (GetParam() == std::string("jsonl")) {
      logs_ = std::make_unique<JsonlLogs>();
      return;
    }
    if (const std::string missing = KafkaServer::Missing(); !missing.empty()) GTEST_SKIP() << missing;
    logs_ = std::make_unique<KafkaLogs>();
  }
  std::unique_ptr<EventLog> Open() {
    auto log = logs_->Open();
    EXPECT_TRUE(log.ok()) << log.status();
    return log.ok() ? *std::move(log) : nullptr;
  }
  static EventRecord Score(const std::string& player, std::int64_t value) {
    return {Clock::System().WallNow(),
            "score.submitted",
            player,
            {{"game_id", "arena"}, {"score_type", "default"}, {"value", value}, {"instance_id", ""}}};
  }
  /// The values of each player's scores, in order.
  std::map<std::string, std::vector<int>> Scores() {
    std::map<std::string, std::vector<int>> scores;
    for (const json& record : logs_->Read()) scores[record.at("key")].push_back(record.at("value"));
    return scores;
  }

  std::unique_ptr<EventLogMaker> logs_;
};

TEST_P(EventLogTest, KeepsEachRecordOfEachStreamAsTheSchemaHasIt) {
  {
    const auto log = Open();
    ASSERT_TRUE(log->CheckRoom().ok());
    ASSERT_TRUE(log->Append(Score("ann", -3)).ok());
    ASSERT_TRUE(log->Append({{}, "player.erased", "bob", {}, "erased-bob"}).ok());
    ASSERT_TRUE(log->Append({{},
                             "match.placed",
                             "m1",
                             {{"game_id", "arena"},
                              {"players", std::int64_t{2}},
                              {"address", "h:1"},
                              {"server_id", "\"quoted\"\n"}}})
                    .ok());
    ASSERT_TRUE(log->Flush().ok());
  }
  std::ifstream file(OOFGG_DOCS "/event-log.schema.json");
  const JsonSchema schema(json::parse(file));
  std::map<std::string, json> records;
  for (const json& record : logs_->Read()) {
    EXPECT_EQ(schema.Check(record), "") << record;
    records[record.at("key")] = record;
  }
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records["ann"]["value"], -3);
  EXPECT_EQ(records["bob"]["id"], "erased-bob");
  EXPECT_EQ(records["m1"]["server_id"], "\"quoted\"\n");
  EXPECT_EQ(records["m1"]["id"].get<std::string>().size(), 36u);
}

TEST_P(EventLogTest, ARepeatHasItsFirstOnesId) {
  {
    const auto log = Open();
    EventRecord record = Score("ann", 1);
    record.id = "score-1";
    ASSERT_TRUE(log->Append(record).ok());
    ASSERT_TRUE(log->Append(record).ok());
    ASSERT_TRUE(log->Append(Score("ann", 2)).ok());
  }
  EXPECT_EQ(Scores()["ann"], (std::vector<int>{1, 2}));
}

TEST_P(EventLogTest, KeepsTheOrderOfAKeyOverThreadsAndRestarts) {
  constexpr int kRounds = 2;
  constexpr int kRecords = 200;
  for (int round = 0; round < kRounds; ++round) {
    const auto log = Open();
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (int i = round * kRecords; i < (round + 1) * kRecords; ++i) {
          EXPECT_TRUE(log->Append(Score("player" + std::to_string(t), i)).ok());
        }
      });
    }
    for (auto& thread : threads) thread.join();
  }
  const auto scores = Scores();
  EXPECT_EQ(scores.size(), 4u);
  for (const auto& [player, values] : scores) {
    ASSERT_EQ(values.size(), static_cast<std::size_t>(kRounds * kRecords)) << player;
    for (int i = 0; i < kRounds * kRecords; ++i) ASSERT_EQ(values[static_cast<std::size_t>(i)], i) << player;
  }
}

TEST_P(EventLogTest, WhatWasAppendedSurvivesKillMinusNine) {
  if (GetParam() == std::string("kafka")) KafkaServer::Shared();  // Ours, not the child's.
  std::array<int, 2> report{};
  ASSERT_EQ(pipe(report.data()), 0);
  const pid_t child = fork();
  if (child == 0) {
    const auto log = logs_->Open();
    for (int i = 0; log.ok(); ++i) {
      if (!(*log)->Append(Score("ann", i)).ok()) _exit(1);
      if (write(report[1], &i, sizeof i) != sizeof i) _exit(2);
    }
    _exit(3);
  }
  close(report[1]);
  int told = -1;
  for (int i = 0; i < 500; ++i) ASSERT_EQ(read(report[0], &told, sizeof told), ssize_t{sizeof told});
  kill(child, SIGKILL);
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  while (read(report[0], &told, sizeof told) == ssize_t{sizeof told}) {
  }
  close(report[0]);
  const auto values = Scores()["ann"];
  ASSERT_GT(values.size(), static_cast<std::size_t>(told));
  EXPECT_LE(values.size(), static_cast<std::size_t>(told) + 2);
  for (std::size_t i = 0; i < values.size(); ++i) ASSERT_EQ(values[i], static_cast<int>(i));
}

INSTANTIATE_TEST_SUITE_P(Logs, EventLogTest, ::testing::Values("jsonl", "kafka"),
                         [](const auto& tested) { return std::string(tested.param); });

}  // namespace
}  // namespace oofgg::testing
