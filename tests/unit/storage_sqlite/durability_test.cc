#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdint>
#include <set>
#include <string_view>
#include <thread>
#include <vector>

#include "storage/sqlite/database.h"
#include "tests/support/temporary_directory.h"

namespace oofgg::storage {
namespace {

constexpr std::int64_t kIdsPerRound = 1'000'000;
constexpr int kWriters = 3;
constexpr std::size_t kAcksBeforeTheKill = 30;
// A kill hits the gap between an answer and its commit, if there is one, in about one round of five.
constexpr int kRounds = 20;

constexpr std::array<std::string_view, 1> kSchema = {"CREATE TABLE t (id INTEGER PRIMARY KEY)"};

Status Insert(Database& database, std::int64_t id) {
  return database.Write([id](Connection& connection) {
    return connection.Prepare("INSERT INTO t (id) VALUES (?1)").Bind(1, id).Run();
  });
}

/// Stores row after row from several threads, and tells each one's id once it is acknowledged, until killed.
[[noreturn]] void WriteUntilKilled(const std::string& path, std::int64_t first, int acknowledgements) {
  const auto database = Database::Open(path);
  if (!database.ok() || !(*database)->Migrate("test", kSchema).ok()) _exit(1);
  std::vector<std::thread> writers;
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([&, w] {
      for (std::int64_t id = first + w; id < first + kIdsPerRound; id += kWriters) {
        if (!Insert(**database, id).ok()) _exit(2);
        if (write(acknowledgements, &id, sizeof(id)) != sizeof(id)) _exit(3);
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  _exit(4);
}

std::set<std::int64_t> StoredIn(const std::string& path) {
  std::set<std::int64_t> ids;
  const auto database = Database::Open(path).value();
  const Status status = database->Read([&](Connection& connection) -> Status {
    Statement select = connection.Prepare("SELECT id FROM t");
    while (true) {
      OOFGG_ASSIGN_OR_RETURN(const bool more, select.Step());
      if (!more) return absl::OkStatus();
      ids.insert(select.Int(0));
    }
  });
  EXPECT_TRUE(status.ok()) << status;
  return ids;
}

TEST(DurabilityTest, WhatWasAcknowledgedSurvivesKillNine) {
  const oofgg::testing::TemporaryDirectory folder;
  const std::string path = folder / "a.db";
  std::vector<std::int64_t> acknowledged;
  for (int round = 0; round < kRounds; ++round) {
    std::array<int, 2> pipe_ends{};
    ASSERT_EQ(pipe(pipe_ends.data()), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      close(pipe_ends[0]);
      WriteUntilKilled(path, round * kIdsPerRound, pipe_ends[1]);
    }
    close(pipe_ends[1]);
    std::int64_t id = 0;
    std::size_t count = 0;
    // What is in the pipe when the child dies was acknowledged too.
    while (read(pipe_ends[0], &id, sizeof(id)) == sizeof(id)) {
      acknowledged.push_back(id);
      if (++count == kAcksBeforeTheKill) kill(child, SIGKILL);
    }
    close(pipe_ends[0]);
    int result = 0;
    ASSERT_EQ(waitpid(child, &result, 0), child);
    ASSERT_TRUE(WIFSIGNALED(result)) << "the child ended by itself: " << WEXITSTATUS(result);
    ASSERT_GE(count, kAcksBeforeTheKill);
    const std::set<std::int64_t> stored = StoredIn(path);
    for (const std::int64_t expected : acknowledged) {
      ASSERT_TRUE(stored.contains(expected)) << "row " << expected << " was acknowledged and is lost";
    }
    // At most the writes under way when it died were stored without an answer.
    EXPECT_LE(stored.size(), acknowledged.size() + static_cast<std::size_t>(kWriters * (round + 1)));
  }
}

}  // namespace
}  // namespace oofgg::storage
