#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <string>

#include "tests/support/temporary_directory.h"
#include "tests/unit/game/game_on_file.h"
#include "tests/unit/game/match_store_proxy.h"

namespace oofgg::game {
namespace {

CallContext Player() {
  CallContext context;
  context.caller = Caller{.user_id = "bob", .role = "user", .session_id = "sid"};
  return context;
}

/// When the process dies, seen from the moment in which the end is written into the history. That the match's
/// session is over is stored by then.
enum class Death { kBefore, kBehind };

// In the child.
[[noreturn]] void PlayAndDie(const std::string& path, Death death) {
  std::unique_ptr<MatchStoreProxy> proxy;
  GameOnFile server(path, [&proxy](MatchStore& store) -> MatchStore& {
    return *(proxy = std::make_unique<MatchStoreProxy>(store));
  });
  const auto die = [](const MatchRecord& match) {
    if (match.finished_at.has_value()) raise(SIGKILL);
  };
  (death == Death::kBefore ? proxy->before_update : proxy->after_update) = die;
  const auto session = server.room->sessions().CreateSession(Player(), {.game_id = "arena"});
  if (!session.ok()) _exit(1);
  for (const SessionState state : {SessionState::kStarted, SessionState::kFinished}) {
    UpdateSessionRequest update{.id = session->id};
    update.state = state;
    if (!server.room->sessions().UpdateSession(Player(), update).ok()) _exit(2);
  }
  _exit(3);  // It was to die.
}

// In a child again, as a Database has threads and the next round forks.
[[noreturn]] void Check(const std::string& path, std::size_t played) {
  const GameOnFile server(path);
  const auto page = server.room->matches().ListMatches(Player(), {.limit = 100});
  bool is_right = page.ok() && page->matches.size() == played;
  for (std::size_t i = 0; is_right && i < played; ++i) {
    is_right = page->matches[i].end == MatchEnd::kFinished && page->matches[i].players.size() == 1;
  }
  _exit(is_right ? 0 : 1);
}

int StatusOf(const std::function<void()>& body) {
  const pid_t child = fork();  // Before this process has any thread.
  if (child == 0) body();
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return status;
}

TEST(MatchDurability, Kill9BetweenTheEndAndTheHistoryLosesNoMatchAndDoublesNone) {
  const testing::TemporaryDirectory folder;
  const std::string path = folder / "game.db";
  std::size_t played = 0;
  for (const Death death : {Death::kBefore, Death::kBehind, Death::kBefore}) {
    const int died = StatusOf([&] { PlayAndDie(path, death); });
    ASSERT_TRUE(WIFSIGNALED(died)) << WEXITSTATUS(died);
    ++played;
    const int checked = StatusOf([&] { Check(path, played); });
    EXPECT_TRUE(WIFEXITED(checked) && WEXITSTATUS(checked) == 0) << "after match " << played;
  }
}

}  // namespace
}  // namespace oofgg::game
