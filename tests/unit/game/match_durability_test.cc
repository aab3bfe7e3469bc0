#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "storage/jsonl/jsonl_event_log.h"
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
enum class Death { kBefore, kBehind, kOnceTold };

/// The file and the event log of a server, and what becomes of them.
struct Folder {
  explicit Folder(std::string at) : path(std::move(at)) {}
  [[nodiscard]] std::string file() const { return path + "/game.db"; }
  [[nodiscard]] std::unique_ptr<EventLog> OpenLog() const {
    return storage::JsonlEventLog::Open(path, Clock::System(), RandomSource::System()).value();
  }
  /// The records of a kind, by id; all with one id must be the same.
  [[nodiscard]] std::map<std::string, std::string> Told(const std::string& kind) const {
    std::map<std::string, std::string> told;
    std::ifstream lines(path + "/events.jsonl");
    for (std::string line; std::getline(lines, line);) {
      const auto record = nlohmann::json::parse(line);
      if (record.at("kind") != kind) continue;
      const auto [first, is_new] = told.emplace(record.at("id"), line);
      if (first->second != line) _exit(4);
    }
    return told;
  }

  const std::string path;
};

// In the child.
[[noreturn]] void PlayAndDie(const Folder& folder, Death death) {
  std::unique_ptr<MatchStoreProxy> proxy;
  const auto log = folder.OpenLog();
  GameOnFile server(
      folder.file(),
      [&proxy](MatchStore& store) -> MatchStore& {
        return *(proxy = std::make_unique<MatchStoreProxy>(store));
      },
      log.get());
  const auto die = [](const MatchRecord& match) {
    if (match.finished_at.has_value()) raise(SIGKILL);
  };
  if (death == Death::kBefore) proxy->before_update = die;
  if (death == Death::kBehind) proxy->after_update = die;
  if (death == Death::kOnceTold) proxy->before_mark = [] { raise(SIGKILL); };
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
[[noreturn]] void Check(const Folder& folder, std::size_t played) {
  const auto log = folder.OpenLog();
  GameOnFile server(
      folder.file(), [](MatchStore& store) -> MatchStore& { return store; }, log.get());
  const auto page = server.room->matches().ListMatches(Player(), {.limit = 100});
  bool is_right = page.ok() && page->matches.size() == played;
  for (std::size_t i = 0; is_right && i < played; ++i) {
    is_right = page->matches[i].end == MatchEnd::kFinished && page->matches[i].players.size() == 1;
  }
  const auto started = folder.Told("match.started");
  const auto finished = folder.Told("match.finished");
  is_right = is_right && started.size() == played && finished.size() == played;
  for (std::size_t i = 0; is_right && i < played; ++i) {
    const std::string& id = page->matches[i].id;
    is_right = started.contains("match.started:" + id) && finished.contains("match.finished:" + id);
  }
  _exit(is_right && server.matches.ListOpen("", 1)->empty() ? 0 : 1);
}

int StatusOf(const std::function<void()>& body) {
  const pid_t child = fork();  // Before this process has any thread.
  if (child == 0) body();
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return status;
}

TEST(MatchDurability, Kill9BetweenTheEndAndTheHistoryOrTheEventLogLosesNoMatchAndDoublesNone) {
  const testing::TemporaryDirectory directory;
  const Folder folder(directory.path());
  std::size_t played = 0;
  for (const Death death : {Death::kBefore, Death::kBehind, Death::kOnceTold, Death::kBefore}) {
    const int died = StatusOf([&] { PlayAndDie(folder, death); });
    ASSERT_TRUE(WIFSIGNALED(died)) << WEXITSTATUS(died);
    ++played;
    const int checked = StatusOf([&] { Check(folder, played); });
    EXPECT_TRUE(WIFEXITED(checked) && WEXITSTATUS(checked) == 0)
        << "after match " << played << ": " << WEXITSTATUS(checked);
  }
}

}  // namespace
}  // namespace oofgg::game
