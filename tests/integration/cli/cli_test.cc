// Every command against real servers: what people read, what scripts parse, and the exit status.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <set>

#include "tests/integration/cli/cli_environment.h"

namespace oofgg {
namespace {

using nlohmann::json;
using ::oofgg::testing::Answer;
using ::oofgg::testing::kPassword;
using ::oofgg::testing::NewName;
using ::oofgg::testing::Shell;
using ::oofgg::testing::TemporaryDirectory;
using ::oofgg::testing::Up;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

constexpr const char* kUuid = "[0-9a-f]+-[0-9a-f]+-[0-9a-f]+-[0-9a-f]+-[0-9a-f]+";

std::set<std::string> KeysOf(const json& object) {
  std::set<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.insert(key);
  return keys;
}

std::vector<json> Lines(const std::string& output) {
  std::vector<json> lines;
  std::istringstream text(output);
  for (std::string line; std::getline(text, line);) {
    lines.push_back(json::parse(line, nullptr, false));
    EXPECT_TRUE(lines.back().is_object()) << line;
  }
  return lines;
}

class CliTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TemporaryDirectory;
    up_ = new Up(folder_->path() + "/data");
  }
  static void TearDownTestSuite() {
    delete up_;
    delete folder_;
  }

  /// A shell whose user has an account and is signed in.
  static std::unique_ptr<Shell> NewPlayer(std::string* name = nullptr, std::string* id = nullptr) {
    auto shell = std::make_unique<Shell>(up_->environment());
    const std::string chosen = NewName("player");
    const Answer answer = shell->Run({"register", chosen, "--json"}, std::string(kPassword) + "\n");
    EXPECT_EQ(answer.status, 0) << answer.errors;
    if (name != nullptr) *name = chosen;
    if (id != nullptr) *id = answer.Object().value("user_id", "");
    return shell;
  }

  static std::string NewGame(const Shell& shell) {
    return shell.Run({"game", "create", "Arena", "--json"}).Object().value("game_id", "");
  }

  static Up* up_;
  static TemporaryDirectory* folder_;
};

Up* CliTest::up_ = nullptr;
TemporaryDirectory* CliTest::folder_ = nullptr;

void ExpectLine(const Answer& answer, const std::string& pattern) {
  EXPECT_EQ(answer.status, 0) << answer.errors;
  EXPECT_THAT(answer.output, MatchesRegex(pattern + "\n"));
  EXPECT_EQ(answer.errors, "");
}

void ExpectObject(const Answer& answer, const std::set<std::string>& keys) {
  EXPECT_EQ(answer.status, 0) << answer.errors;
  EXPECT_EQ(KeysOf(answer.Object()), keys);
  EXPECT_EQ(answer.errors, "");
}

void ExpectRefusal(const Answer& answer, const std::string& line) {
  EXPECT_EQ(answer.status, 1);
  EXPECT_EQ(answer.output, "");
  EXPECT_EQ(answer.errors, "oofgg: " + line + "\n");
}

TEST_F(CliTest, AccountsSignInAndOut) {
  const Shell shell(up_->environment());
  const std::string name = NewName("ann");
  const std::string secret = std::string(kPassword) + "\n";
  ExpectLine(shell.Run({"register", name}, secret), "signed in as " + name + " \\(" + kUuid + "\\)");
  ExpectLine(shell.Run({"whoami"}), name + " \\(" + kUuid + "\\), role user");
  ExpectLine(shell.Run({"refresh"}), "refreshed; the access token is good for [0-9]+ s");
  ExpectLine(shell.Run({"token", "show"}), "[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+");
  ExpectLine(shell.Run({"logout"}), "signed out");
  ExpectRefusal(shell.Run({"whoami"}), "not signed in; run: oofgg login NAME");
  ExpectLine(shell.Run({"login", name}, secret), "signed in as " + name + " \\(" + kUuid + "\\)");
  ExpectRefusal(shell.Run({"login", name}, "wrong password\n"), "the user name or the password is wrong");
  ExpectRefusal(shell.Run({"register", name}, secret), "username: already taken; choose another");
}

TEST_F(CliTest, AccountsInJson) {
  const Shell shell(up_->environment());
  const std::string name = NewName("ann");
  const std::string secret = std::string(kPassword) + "\n";
  const Answer enrolled = shell.Run({"register", name, "--email", name + "@example.com", "--json"}, secret);
  ExpectObject(enrolled, {"user_id", "username", "expires_in"});
  const Answer me = shell.Run({"whoami", "--json"});
  ExpectObject(me, {"user_id", "username", "role"});
  EXPECT_EQ(me.Object()["username"], name);
  EXPECT_EQ(me.Object()["user_id"], enrolled.Object()["user_id"]);
  const Answer refreshed = shell.Run({"--json", "refresh"});
  ExpectObject(refreshed, {"user_id", "expires_in"});
  EXPECT_GT(refreshed.Object()["expires_in"], 60);
  ExpectObject(shell.Run({"token", "show", "--json"}), {"access_token", "expires_in"});
  ExpectObject(shell.Run({"logout", "--json"}), {"signed_out"});
  ExpectObject(shell.Run({"login", name + "@example.com", "--json"}, secret),
               {"user_id", "username", "expires_in"});
}

TEST_F(CliTest, AnErrorInJsonGoesToStderrWithItsCode) {
  const auto shell = NewPlayer();
  const Answer answer = shell->Run({"leaderboard", "nowhere", "--json"});
  EXPECT_EQ(answer.status, 1);
  EXPECT_EQ(answer.output, "");
  const json error = json::parse(answer.errors, nullptr, false);
  EXPECT_EQ(error["code"], "NOT_FOUND");
  EXPECT_EQ(error["error"], "there is no game nowhere");
}

TEST_F(CliTest, EveryCommandThatNeedsAPlayerSaysHowToSignIn) {
  const Shell shell(up_->environment());
  for (const std::vector<std::string>& command : {std::vector<std::string>{"whoami"},
                                                  {"refresh"},
                                                  {"presence"},
                                                  {"match", "g"},
                                                  {"events", "s"},
                                                  {"token", "show"},
                                                  {"score", "g", "1"},
                                                  {"leaderboard", "g"},
                                                  {"game", "create", "G"},
                                                  {"game", "list"}}) {
    ExpectRefusal(shell.Run(command), "not signed in; run: oofgg login NAME");
  }
}

TEST_F(CliTest, GamesScoresAndTheirOrder) {
  std::string ann_name;
  std::string bob_name;
  const auto ann = NewPlayer(&ann_name);
  const auto bob = NewPlayer(&bob_name);
  const Answer created = ann->Run({"game", "create", "Arena", "--description", "walk, collect"});
  ExpectLine(created, kUuid);
  const std::string game = created.output.substr(0, created.output.size() - 1);
  EXPECT_THAT(ann->Run({"game", "list"}).output, HasSubstr(game + "  Arena\n"));

  ExpectLine(ann->Run({"leaderboard", game}), "no scores yet");
  EXPECT_EQ(ann->Run({"leaderboard", game, "--json"}).output, "");
  ExpectLine(ann->Run({"score", game, "150"}), "scored 150, rank 1");
  ExpectLine(ann->Run({"score", game, "-5"}), "scored -5, rank 1");
  ExpectObject(bob->Run({"score", game, "1000000", "--json"}), {"score_id", "value", "rank"});
  ExpectLine(ann->Run({"score", game, "7", "--type", "kills"}), "scored 7, rank 1");

  const std::string board = ann->Run({"leaderboard", game}).output;
  EXPECT_THAT(board, StartsWith("rank  player"));
  EXPECT_THAT(board,
              HasSubstr("\n   1  " + bob_name + "       1000000\n   2  " + ann_name + "           150\n"));
  const auto lines = Lines(ann->Run({"leaderboard", game, "--json"}).output);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(KeysOf(lines[0]), (std::set<std::string>{"rank", "player_id", "player", "value"}));
  EXPECT_EQ(lines[0]["player"], bob_name);
  EXPECT_EQ(lines[1]["value"], 150);
  EXPECT_EQ(Lines(ann->Run({"leaderboard", game, "--limit", "1", "--json"}).output).size(), 1U);
  EXPECT_EQ(Lines(ann->Run({"leaderboard", game, "--type", "kills", "--json"}).output)[0]["value"], 7);
}

TEST_F(CliTest, AFriendIsSeenComingOnline) {
  std::string bob_id;
  const auto ann = NewPlayer();
  const auto bob = NewPlayer(nullptr, &bob_id);
  const auto watch = ann->Start({"presence", bob_id, "--count", "2", "--json"});
  const auto before = watch->WaitForLine("{");
  ASSERT_TRUE(before.has_value()) << watch->errors();
  EXPECT_EQ(KeysOf(json::parse(*before)), (std::set<std::string>{"user_id", "online", "version"}));
  EXPECT_EQ(json::parse(*before)["online"], false);

  const auto online = bob->Start({"presence", "--state", "away", "--text", "tea"});
  const auto after = watch->WaitForLine("{");
  ASSERT_TRUE(after.has_value()) << watch->errors();
  EXPECT_EQ(json::parse(*after)["online"], true);
  EXPECT_EQ(json::parse(*after)["state"], "away");
  EXPECT_EQ(json::parse(*after)["text"], "tea");
  EXPECT_EQ(watch->Wait(), 0) << "two lines were wanted";

  const auto human = ann->Start({"presence", bob_id, "--count", "1"});
  EXPECT_EQ(human->WaitForLine(bob_id), bob_id + " is away: tea");
  EXPECT_EQ(human->Wait(), 0);
  online->Signal(SIGINT);
  EXPECT_EQ(online->Wait(), 0) << "Ctrl-C is how one goes offline";

  const Answer by_name = ann->Run({"presence", "bob", "--count", "1"});
  EXPECT_EQ(by_name.output, "bob is offline\n");
  EXPECT_THAT(by_name.errors, HasSubstr("ask the player for the id, which `oofgg whoami` shows"));
}

TEST_F(CliTest, TwoPlayersAreMatchedAndExchangeEvents) {
  const auto ann = NewPlayer();
  const auto bob = NewPlayer();
  const std::string game = NewGame(*ann);
  const auto waiting = ann->Start({"match", game});
  const Answer matched = bob->Run({"match", game, "--json"});
  ASSERT_EQ(matched.status, 0) << matched.errors;
  const json seat = matched.Object();
  EXPECT_EQ(KeysOf(seat),
            (std::set<std::string>{"session_id", "match_id", "address", "join_ticket", "players"}));
  EXPECT_EQ(seat["players"].size(), 2U);
  const auto line = waiting->WaitForLine("matched: session ");
  ASSERT_TRUE(line.has_value()) << waiting->errors();
  EXPECT_EQ(waiting->Wait(), 0);
  EXPECT_THAT(*line, HasSubstr(" at " + seat["address"].get<std::string>()));
  const std::string anns_session = line->substr(std::string("matched: session ").size(), 36);

  const std::string session = seat["session_id"];
  const auto sent = Lines(
      bob->Run({"events", session, "--send", "hello=you=there", "--send", "bye", "--count", "2", "--json"})
          .output);
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_EQ(KeysOf(sent[0]),
            (std::set<std::string>{"seq", "name", "player_id", "timestamp", "data", "attributes"}));
  EXPECT_EQ(sent[0]["name"], "hello");
  EXPECT_EQ(sent[0]["data"], "you=there");
  const Answer heard =
      ann->Run({"events", anns_session, "--after", sent[0]["seq"].dump(), "--count", "1", "--for", "20s"});
  ExpectLine(heard, "#[0-9]+ bye from " + std::string(kUuid));
  const Answer scored = ann->Run({"score", game, "3", "--match", anns_session});
  EXPECT_EQ(scored.status, 0) << scored.errors;
}

TEST_F(CliTest, WhatOtherPlayersWriteDoesNotReachTheTerminalRaw) {
  const auto ann = NewPlayer();
  const auto bob = NewPlayer();
  const std::string game = NewGame(*ann);
  const auto waiting = ann->Start({"match", game, "--json"});
  const std::string session = bob->Run({"match", game, "--json"}).Object().value("session_id", "");
  const Answer answer = bob->Run({"events", session, "--send", "x=\x1b[2Jgone\nsecond line", "--count", "1"});
  EXPECT_EQ(answer.status, 0) << answer.errors;
  EXPECT_THAT(answer.output, HasSubstr(":  [2Jgone second line\n"));
  EXPECT_EQ(waiting->Wait(), 0);
}

TEST_F(CliTest, MatchGivesUpInTimeAndLeavesTheQueue) {
  const auto ann = NewPlayer();
  const std::string game = NewGame(*ann);
  ExpectRefusal(ann->Run({"match", game, "--for", "10ms"}), "no match within 10ms; left the queue");
  // Had ann's ticket stayed, it would be matched with bob's.
  const auto bob = NewPlayer();
  ExpectRefusal(bob->Run({"match", game, "--for", "300ms"}), "no match within 300ms; left the queue");
}

TEST_F(CliTest, RefusalsOfTheServersAreOneLine) {
  const auto ann = NewPlayer();
  ExpectRefusal(ann->Run({"score", "nowhere", "1"}), "there is no game nowhere");
  ExpectRefusal(ann->Run({"match", "nowhere"}), "there is no game nowhere");
  ExpectRefusal(ann->Run({"events", "nowhere"}), "there is no session nowhere");
  EXPECT_EQ(ann->Run({"game", "create", ""}).status, 1);
  const Answer enrolled = ann->Run({"register", "x"}, "short\n");
  ExpectRefusal(
      enrolled,
      "username: must be 3 to 32 letters, digits, dots, hyphens or underscores; password: must be 8 to 256 "
      "bytes of UTF-8");
}

}  // namespace
}  // namespace oofgg
