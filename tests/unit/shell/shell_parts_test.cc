// The parts of `oofgg shell` that need no terminal and no server.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <map>
#include <thread>

#include "servers/cli/shell/byte_log.h"
#include "servers/cli/shell/event_loop.h"
#include "servers/cli/shell/history_file.h"
#include "servers/cli/shell/secrets.h"
#include "servers/cli/shell/shell_arguments.h"
#include "servers/cli/shell/token_file.h"
#include "servers/cli/shell/words.h"
#include "tests/support/temporary_directory.h"

namespace oofgg::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;
using testing::TemporaryDirectory;

unsigned ModeOf(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 ? status.st_mode & 0777U : 0;
}

TEST(WordsTest, AreSplitAtSpacesUnlessQuoted) {
  EXPECT_THAT(SplitWords(""), IsEmpty());
  EXPECT_THAT(SplitWords("  use\t ann "), ElementsAre("use", "ann"));
  EXPECT_THAT(SplitWords(R"(use "two words" "a \"quote\" \\" "")"),
              ElementsAre("use", "two words", R"(a "quote" \)", ""));
  EXPECT_THAT(SplitWords(R"(use "without an end)"), ElementsAre("use", "without an end"));
}

TEST(WordsTest, WhatFollowsIsAsTyped) {
  EXPECT_EQ(AfterWords("  send  {\"a\": 1}", 1), "{\"a\": 1}");
  EXPECT_EQ(AfterWords("status away  two  spaces", 2), "two  spaces");
  EXPECT_EQ(AfterWords("send", 1), "");
  EXPECT_EQ(AfterWords("", 3), "");
}

TEST(WordsTest, CompletionTakesWhatAllHaveInCommon) {
  EXPECT_THAT(Matching({"users", "use", "watch", "use"}, "us"), ElementsAre("use", "users"));
  EXPECT_EQ(CommonPrefix({"use", "users"}), "use");
  EXPECT_EQ(CommonPrefix({"ann", "bob"}), "");
  EXPECT_EQ(CommonPrefix({}), "");
}

TEST(ConnectTest, FlagsThatWouldBeLeftUnheardAreRefused) {
  const auto parse = [](std::string_view line) { return ParseConnect(SplitWords(line)); };
  const auto own = parse("connect ann grpc bob --server h:1 --token-file f --tls --ca c");
  ASSERT_TRUE(own.ok()) << own.status();
  EXPECT_EQ(own->server, "h:1");
  EXPECT_EQ(own->token_file, "f");
  EXPECT_TRUE(own->tls);
  EXPECT_EQ(own->ca_file, "c");
  EXPECT_THAT(own->friends, ElementsAre("bob"));
  EXPECT_THAT(parse("connect ann --ca c").status().message(), HasSubstr("--tls"));
  EXPECT_THAT(parse("connect ann grpc --server h:1").status().message(), HasSubstr("--token-file"));
  EXPECT_THAT(parse("connect ann grpc --tls").status().message(), HasSubstr("--token-file"));
}

TEST(TokenFileTest, HasATokenInItsFirstLine) {
  const TemporaryDirectory directory;
  const std::string path = directory / "token";
  EXPECT_THAT(ReadTokenFile(path).status().message(), HasSubstr("No such file"));
  EXPECT_FALSE(ReadTokenFile(directory.path()).ok()) << "a folder";
  std::ofstream(path) << "\nsecond";
  EXPECT_THAT(ReadTokenFile(path).status().message(), HasSubstr("has no token in its first line"));
  std::ofstream(path) << "first \r\nsecond";
  EXPECT_EQ(*ReadTokenFile(path), "first");
  chmod(path.c_str(), 0600);
  EXPECT_FALSE(IsOpenToOthers(path));
  chmod(path.c_str(), 0640);
  EXPECT_TRUE(IsOpenToOthers(path));
}

TEST(WaitTest, IsForTimeForAllToBeKnownOrForAState) {
  using For = WaitArguments::For;
  const auto parse = [](std::string_view line) { return ParseWait(SplitWords(line)); };
  EXPECT_EQ(parse("wait 2")->what, For::kTime);
  EXPECT_EQ(parse("wait 2")->time, std::chrono::seconds(2));
  EXPECT_EQ(parse("wait for up to date")->what, For::kUpToDate);
  EXPECT_EQ(parse("wait for up to date 50ms")->time, std::chrono::milliseconds(50));
  const auto state = parse("wait for up is in_match 3s");
  EXPECT_EQ(state->what, For::kState);
  EXPECT_EQ(state->user, "up") << "a user may be called that";
  EXPECT_EQ(state->state, PresenceState::kInMatch);
  EXPECT_EQ(state->time, std::chrono::seconds(3));
  EXPECT_EQ(parse("wait for bob is offline")->state, PresenceState::kOffline);
  for (const char* line : {"wait", "wait for bob", "wait for up to", "wait for bob is invisible",
                           "wait for up to date 1 2", "wait until noon", "wait soon"}) {
    EXPECT_EQ(parse(line).status().code(), StatusCode::kInvalidArgument) << line;
  }
}

TEST(HistoryFileTest, KeepsLinesForTheNextRunUnderMode0600) {
  const TemporaryDirectory directory;
  const std::string path = directory / "home/.oofgg/shell-history";
  {
    HistoryFile history(path);
    EXPECT_TRUE(history.Add("users"));
    EXPECT_FALSE(history.Add("users")) << "twice in a row";
    EXPECT_FALSE(history.Add(""));
    EXPECT_TRUE(history.Add("watch"));
  }
  EXPECT_THAT(HistoryFile(path).lines(), ElementsAre("users", "watch"));
  EXPECT_EQ(ModeOf(path), 0600U);
  EXPECT_EQ(ModeOf(directory / "home/.oofgg"), 0700U);
  chmod(path.c_str(), 0644);
  HistoryFile(path).Add("help");
  EXPECT_EQ(ModeOf(path), 0600U);
}

TEST(HistoryFileTest, KeepsNoSecrets) {
  HistoryFile history("");
  for (const char* line :
       {R"(send {"token":"x"})", R"(send {"tok\u0065n":"x"})", "connect ann --token x",
        "status away my Password is 1", "send eyJhbGciOiJFZERTQSJ9.e30.c2ln", "my secret"}) {
    EXPECT_FALSE(history.Add(line)) << line;
  }
  EXPECT_TRUE(history.Add("connect ann --token-file /run/ann"));
  EXPECT_TRUE(history.Add("send {\"ping\":1}"));
}

TEST(SecretsTest, TokensAreLeftOutWhereverTheyStand) {
  for (const auto& [text, shown] : std::map<std::string, std::string>{
           {R"({"token": "abc","x":1})", R"({"token": "...","x":1})"},
           {R"({"token":"ab\"cd"})", R"({"token":"..."})"},
           {R"({"token":null,"token":"abc"})", R"({"token":null,"token":"..."})"},
           {R"({"token":"cut o)", R"({"token":"...)"},
           {R"({"tok\u0065n":"abc","x":"\u0041"})", R"({"token":"...","x":"A"})"},
           {R"({"text":"eyJhbGci.e30.c2ln","x":1})", R"({"text":"...","x":1})"},
           {R"({"text":"\u0065yJhbGci.e30.c2ln"})", R"({"text":"..."})"},
           {"Bearer eyJhbGci.e30.c2_-n eyJ", "Bearer ... ..."}}) {
    EXPECT_EQ(WithoutTokens(text), shown) << text;
  }
  for (const char* text :
       {R"({"token":7,"x":"abc"})", R"({"x":"\u0041\\u0041"})", R"({"x":"token"})", "\\u00", "{"}) {
    EXPECT_EQ(WithoutTokens(text), text) << "as it is";
  }
}

TEST(HistoryFileTest, IsCutWhenItGrowsLong) {
  const TemporaryDirectory directory;
  const std::string path = directory / "history";
  {
    std::ofstream file(path);
    for (int i = 0; i < 2'001; ++i) file << "line " << i << '\n';
  }
  EXPECT_THAT(HistoryFile(path).lines(), SizeIs(HistoryFile::kMostLines));
  const HistoryFile again(path);
  EXPECT_THAT(again.lines(), SizeIs(HistoryFile::kMostLines));
  EXPECT_EQ(again.lines().back(), "line 2000");
}

TEST(HistoryFileTest, AFileThatCannotBeWrittenIsDoneWithout) {
  HistoryFile history("/proc/nowhere/history");
  EXPECT_TRUE(history.Add("users"));
  EXPECT_THAT(history.lines(), ElementsAre("users"));
}

TEST(ByteLogTest, ShowsTextInOneLineAndNoTokens) {
  ByteLog log;
  ASSERT_TRUE(log.Start(ByteLog::Form::kText, "").ok());
  const auto lines = log.Add(WallTime(), "ann", true, "{\"token\": \"abc\",\"x\":1}\n\x01");
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_THAT(lines[0], EndsWith("ann > {\"token\": \"...\",\"x\":1}\\n\\x01"));
}

TEST(ByteLogTest, ShowsHexInLinesOfSixteen) {
  ByteLog log;
  ASSERT_TRUE(log.Start(ByteLog::Form::kHex, "").ok());
  const auto lines = log.Add(WallTime(), "ann", false, "0123456789abcdef\n");
  ASSERT_THAT(lines, SizeIs(2));
  EXPECT_THAT(lines[0],
              EndsWith("ann < 0000  30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66  |0123456789abcdef|"));
  EXPECT_THAT(lines[1], HasSubstr("0010  0a"));
}

TEST(ByteLogTest, WritesAFileThatOthersCannotRead) {
  const TemporaryDirectory directory;
  ByteLog log;
  ASSERT_TRUE(log.Start(ByteLog::Form::kText, directory / "log").ok());
  EXPECT_TRUE(log.is_on());
  log.Add(WallTime(), "ann", true, "{\"token\":\"abc\"}");
  log.Stop();
  EXPECT_FALSE(log.is_on());
  std::ifstream file(directory / "log");
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  EXPECT_THAT(text, HasSubstr("ann > "));
  EXPECT_THAT(text, Not(HasSubstr("abc")));
  EXPECT_EQ(ModeOf(directory / "log"), 0600U);
  EXPECT_EQ(log.Start(ByteLog::Form::kText, directory / "nowhere/log").code(), StatusCode::kUnavailable);
}

TEST(ByteLogTest, AFileThatWasThereIsClosedToOthers) {
  const TemporaryDirectory directory;
  std::ofstream(directory / "log") << "before\n";
  ASSERT_EQ(chmod((directory / "log").c_str(), 0644), 0);
  ByteLog log;
  ASSERT_TRUE(log.Start(ByteLog::Form::kText, directory / "log").ok());
  EXPECT_EQ(ModeOf(directory / "log"), 0600U);
  log.Add(WallTime(), "ann", true, "x");
  log.Stop();
  std::ifstream file(directory / "log");
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  EXPECT_THAT(text, StartsWith("before\n"));
}

TEST(ByteLogTest, APipeKeepsItsMode) {
  const TemporaryDirectory directory;
  const std::string path = directory / "pipe";
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  ASSERT_EQ(chmod(path.c_str(), 0622), 0);
  const int reader = open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  ByteLog log;
  EXPECT_TRUE(log.Start(ByteLog::Form::kText, path).ok());
  EXPECT_EQ(ModeOf(path), 0622U) << "so does a device, which is everybody's";
  close(reader);
}

TEST(EventLoopTest, RunsWhatOtherThreadsPostWhereItIsServed) {
  EventLoop loop;
  std::thread::id ran_on;
  std::thread other([&] { loop.executor().Post([&] { ran_on = std::this_thread::get_id(); }); });
  while (ran_on == std::thread::id()) loop.ServeOnce(-1);
  other.join();
  EXPECT_EQ(ran_on, std::this_thread::get_id());
}

TEST(EventLoopTest, ServesDescriptorsUntilTheyAreForgotten) {
  EventLoop loop;
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  int times = 0;
  loop.Watch(ends[0], [&] {
    ++times;
    loop.Forget(ends[0]);
  });
  ASSERT_EQ(write(ends[1], "x", 1), 1);
  EXPECT_FALSE(loop.ServeOnce(-1));
  EXPECT_TRUE(loop.ServeOnce(ends[0])) << "the one that is waited for";
  EXPECT_EQ(times, 1);
  EXPECT_FALSE(loop.ServeOnce(-1, TimePoint())) << "a moment that has passed";
  for (const int end : ends) close(end);
}

}  // namespace
}  // namespace oofgg::cli
