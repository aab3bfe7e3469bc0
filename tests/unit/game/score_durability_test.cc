#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>

#include "tests/support/temporary_directory.h"
#include "tests/unit/game/game_on_file.h"

namespace oofgg::game {
namespace {

CallContext Ann() {
  CallContext context;
  context.caller = Caller{.user_id = "ann", .role = "user", .session_id = "sid"};
  return context;
}

// In the child: submits for ever, and tells each value once it was acknowledged.
[[noreturn]] void SubmitUntilKilled(const std::string& path, int acknowledged) {
  GameOnFile server(path);
  for (std::int64_t value = 1;; ++value) {
    ScoreSubmission submission;
    submission.game_id = "arena";
    submission.value = value;
    if (!server.room->scores().SubmitScore(Ann(), submission).ok()) _exit(1);
    if (write(acknowledged, &value, sizeof(value)) != sizeof(value)) _exit(1);
  }
}

TEST(ScoreDurability, WhatWasAcknowledgedSurvivesKill9) {
  const testing::TemporaryDirectory folder;
  const std::string path = folder / "game.db";
  std::int64_t acknowledged = 0;  // In all rounds.
  for (int round = 0; round < 3; ++round) {
    int pipe_ends[2];
    ASSERT_EQ(pipe(pipe_ends), 0);
    const pid_t child = fork();  // Before this process has any thread.
    ASSERT_GE(child, 0);
    if (child == 0) SubmitUntilKilled(path, pipe_ends[1]);
    close(pipe_ends[1]);
    std::int64_t last = 0;
    for (int i = 0; i < 50; ++i)
      ASSERT_EQ(read(pipe_ends[0], &last, sizeof(last)), static_cast<ssize_t>(sizeof(last)));
    kill(child, SIGKILL);
    while (read(pipe_ends[0], &last, sizeof(last)) == static_cast<ssize_t>(sizeof(last))) {
    }
    close(pipe_ends[0]);
    acknowledged += last;  // Values count up from 1 in each round.
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));

    // A child again, as a Database has threads and the next round forks.
    const pid_t checker = fork();
    ASSERT_GE(checker, 0);
    if (checker == 0) {
      GameOnFile server(path);
      PlayerRankRequest request;
      request.game_id = "arena";
      const auto rank = server.room->scores().GetPlayerRank(Ann(), request);
      const auto count = server.scores.CountScores("ann", "arena");
      const bool whole = rank.ok() && rank->score_value >= last && count.ok() && *count >= acknowledged;
      _exit(whole ? 0 : 1);
    }
    ASSERT_EQ(waitpid(checker, &status, 0), checker);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0)
        << "of " << acknowledged << " acknowledged scores some are gone";
  }
}

}  // namespace
}  // namespace oofgg::game
