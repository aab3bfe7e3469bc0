// `oofgg up`: three servers kept running, and none left behind.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "backends/process/process_record.h"
#include "tests/integration/cli/cli_environment.h"

namespace oofgg {
namespace {

namespace fs = std::filesystem;
using ::oofgg::testing::Answer;
using ::oofgg::testing::ChildProcess;
using ::oofgg::testing::FreePorts;
using ::oofgg::testing::IsGone;
using ::oofgg::testing::kPassword;
using ::oofgg::testing::Shell;
using ::oofgg::testing::TemporaryDirectory;
using ::oofgg::testing::Up;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

std::string ProgramFolder() {
  const char* folder = std::getenv("OOFGG_BIN_DIR");
  return folder != nullptr ? folder : ".";
}

/// A folder with links to our programs, of which a test may put its own in the place of one.
class Programs {
 public:
  Programs() {
    // A copy: it looks for the others where it is itself.
    fs::copy_file(ProgramFolder() + "/oofgg", Path("oofgg"));
    for (const char* name : {"oofgg-auth", "oofgg-game", "oofgg-maker", "oofgg-arena"}) {
      fs::create_symlink(ProgramFolder() + "/" + name, Path(name));
    }
  }
  [[nodiscard]] std::string Path(const std::string& name) const { return folder_.path() + "/" + name; }
  void Replace(const std::string& name, const std::string& script) const {
    fs::remove(Path(name));
    std::ofstream(Path(name)) << "#!/bin/sh\n" << script;
    chmod(Path(name).c_str(), 0755);
  }

 private:
  TemporaryDirectory folder_;
};

/// So that no server has to say that this machine grants it less than it would take.
std::map<std::string, std::string> Modest() { return {{"OOFGG_PRESENCE_MAX_CONNECTIONS", "100"}}; }

class UpTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::string data() const { return folder_.path() + "/data"; }

  /// One run that is expected to end by itself.
  Answer Run(std::vector<std::string> arguments, const std::string& program = "oofgg") const {
    arguments.insert(arguments.begin(), {"up", "--data", data()});
    ChildProcess child(program, {.arguments = arguments, .environment = Modest(), .working_directory = "/"});
    const int status = child.Wait().value_or(-1);
    return {status, child.output(), child.errors()};
  }

  static std::vector<std::string> With(std::vector<std::string> more) {
    auto arguments = FreePorts();
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }

  /// Two players who are matched, so that there is a game server.
  static void PlayAMatch(const Up& up) {
    const Shell ann(up.environment());
    const Shell bob(up.environment());
    ASSERT_EQ(ann.Run({"register", "ann"}, kPassword).status, 0);
    ASSERT_EQ(bob.Run({"register", "bob"}, kPassword).status, 0);
    const std::string game = ann.Run({"game", "create", "Arena", "--json"}).Object().value("game_id", "");
    const auto waiting = ann.Start({"match", game});
    EXPECT_EQ(bob.Run({"match", game}).status, 0);
    EXPECT_EQ(waiting->Wait(), 0);
  }

  [[nodiscard]] std::vector<backends::ProcessRecord> GameServers() const {
    return backends::ProcessRecords(data() + "/servers").ReadAll();
  }

  TemporaryDirectory folder_;
};

TEST_F(UpTest, PrintsAddressesAndHowToGoOn) {
  auto arguments = FreePorts();
  arguments.insert(arguments.begin(), {"up", "--data", data()});
  ChildProcess up("oofgg",
                  {.arguments = arguments, .environment = Modest(), .working_directory = folder_.path()});
  const auto next = up.WaitForLine("in another terminal: ");
  ASSERT_TRUE(next.has_value()) << up.errors();
  EXPECT_THAT(
      up.output(),
      MatchesRegex("oofgg-auth   grpc=127.0.0.1:[0-9]+ ops=127.0.0.1:[0-9]+\n"
                   "oofgg-maker  grpc=127.0.0.1:[0-9]+ ops=127.0.0.1:[0-9]+ http=127.0.0.1:[0-9]+\n"
                   "oofgg-game   grpc=127.0.0.1:[0-9]+ ops=127.0.0.1:[0-9]+ presence=127.0.0.1:[0-9]+ "
                   "websocket=127.0.0.1:[0-9]+\n"
                   "all is up, data in .*/data; Ctrl-C ends it\n"
                   "in another terminal: .*/oofgg --auth [0-9.:]+ --game [0-9.:]+ register NAME\n"));
  // What it tells people to type works.
  const std::string command = next->substr(std::string("in another terminal: ").size());
  const Shell shell({});
  const testing::Input password(kPassword);
  const std::string typed = command.substr(0, command.rfind("NAME")) + "ann";
  ChildProcess typist("/bin/sh", {.arguments = {"-c", typed},
                                  .environment = {{"HOME", shell.home()}},
                                  .working_directory = folder_.path(),
                                  .input = password.fd()});
  EXPECT_EQ(typist.Wait(), 0) << typist.errors();
  EXPECT_THAT(typist.output(), HasSubstr("signed in as ann"));
  up.Signal(SIGINT);
  EXPECT_EQ(up.Wait(), 0);
  EXPECT_THAT(up.output(), HasSubstr("\nstopping\n"));
  EXPECT_EQ(up.errors(), "") << "an orderly end needs no words";
}

TEST_F(UpTest, MailIsSetUpByTheServersVariables) {
  const std::string hook = folder_.path() + "/hook";
  std::ofstream(hook) << "#!/bin/sh\ncat > /dev/null\n";
  std::filesystem::permissions(hook, std::filesystem::perms::owner_all);
  const Up up(data(), {.environment = {{"OOFGG_MAIL_HOOK", hook}}});
  const Shell ann(up.environment());
  ASSERT_EQ(ann.Run({"register", "ann", "--email", "ann@example.com"}, kPassword).status, 0);
  const Answer sent = ann.Run({"email", "send-code"});
  EXPECT_EQ(sent.status, 0) << sent.errors;
}

TEST_F(UpTest, ItsDataIsForItsOwnerAlone) {
  const Up up(data());
  struct stat info {};
  ASSERT_EQ(stat(data().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700U);
}

TEST_F(UpTest, StartsAgainWhatIsKilledWhereItWas) {
  Up up(data());
  const Shell shell(up.environment());
  ASSERT_EQ(shell.Run({"register", "ann"}, kPassword).status, 0);
  for (const char* program : {"oofgg-maker", "oofgg-auth", "oofgg-game"}) {
    const pid_t killed = up.pid(program);
    const std::string address = up.address(program, "grpc");
    ASSERT_EQ(kill(killed, SIGKILL), 0);
    const auto ended = up.WaitFor("ended");
    EXPECT_EQ(ended["program"], program);
    EXPECT_EQ(ended["pid"], killed);
    EXPECT_EQ(ended["detail"], "was ended by signal 9 (Killed)");
    EXPECT_GT(ended["restart_in_ms"], 0);
    EXPECT_EQ(up.WaitFor("ready")["program"], program);
    EXPECT_NE(up.pid(program), killed);
    EXPECT_EQ(up.address(program, "grpc"), address) << "others look for it there";
  }
  EXPECT_EQ(shell.Run({"whoami"}).status, 0);
  EXPECT_EQ(shell.Run({"refresh"}).status, 0);
}

TEST_F(UpTest, AnEndIsToldToPeopleInOneLine) {
  auto arguments = FreePorts();
  arguments.insert(arguments.begin(), {"up", "--data", data()});
  ChildProcess up("oofgg", {.arguments = arguments, .environment = {}, .working_directory = "/"});
  ASSERT_TRUE(up.WaitForLine("all is up").has_value()) << up.errors();
  const auto children = testing::ChildrenOf(up.pid());
  ASSERT_EQ(children.size(), 3U);
  kill(children.front(), SIGKILL);
  EXPECT_THAT(up.WaitForLine("oofgg-").value_or("nothing"),
              MatchesRegex("oofgg-[a-z]+ was ended by signal 9 \\(Killed\\); starting it again in 100 ms"));
  EXPECT_THAT(up.WaitForLine("oofgg-").value_or("nothing"),
              MatchesRegex("oofgg-[a-z]+ +ready again  grpc=.*"));
}

TEST_F(UpTest, GivesUpOnOneThatKeepsEnding) {
  // Ready once, and from then on with a complaint.
  const Programs programs;
  programs.Replace(
      "oofgg-game",
      "[ -e '" + folder_.path() + "/once' ] && { echo 'oofgg-game: no more' >&2; exit 3; }\n" + "touch '" +
          folder_.path() +
          "/once'\necho 'ready grpc=127.0.0.1:1 ops=127.0.0.1:2 presence=127.0.0.1:3 websocket=127.0.0.1:4'\n"
          "exec sleep 1000\n");
  Up up(data(), {.arguments = {}, .environment = {}, .program = programs.Path("oofgg")});
  const auto pids = up.pids();
  kill(up.pid("oofgg-game"), SIGKILL);
  EXPECT_EQ(up.process().Wait(), 1);
  EXPECT_EQ(
      up.process().errors(),
      R"({"code":"UNAVAILABLE","error":"oofgg-game keeps ending, 6 times in a row; the last time it ended with )"
      R"(status 3: no more; all servers are stopped"})"
      "\n");
  for (const pid_t pid : pids) EXPECT_TRUE(IsGone(pid));
}

class UpSignalTest : public UpTest, public ::testing::WithParamInterface<int> {};

TEST_P(UpSignalTest, LeavesNoProcessBehind) {
  Up up(data());
  PlayAMatch(up);
  const auto servers = up.pids();
  const auto games = GameServers();
  ASSERT_EQ(servers.size(), 3U);
  ASSERT_FALSE(games.empty());
  up.process().Signal(GetParam());
  EXPECT_EQ(up.process().Wait(), 0) << up.process().errors();
  for (const pid_t pid : servers) EXPECT_TRUE(IsGone(pid, std::chrono::seconds(0)));
  for (const auto& game : games) EXPECT_FALSE(backends::StillRuns(game));
  EXPECT_TRUE(GameServers().empty());
}

INSTANTIATE_TEST_SUITE_P(Signals, UpSignalTest, ::testing::Values(SIGINT, SIGTERM),
                         [](const auto& row) { return row.param == SIGINT ? "INT" : "TERM"; });

TEST_F(UpTest, AKilledOneLeavesNoServers) {
  Up up(data());
  const auto servers = up.pids();
  up.process().Signal(SIGKILL);
  EXPECT_EQ(up.process().Wait(), 128 + SIGKILL);
  for (const pid_t pid : servers) EXPECT_TRUE(IsGone(pid)) << pid;
  Up next(data());
  EXPECT_EQ(next.pids().size(), 3U) << "and the folder is free again";
}

TEST_F(UpTest, GameServersCanBeLeftToTheNextOne) {
  Up first(data(), {.arguments = {"--keep-game-servers"}, .environment = {}});
  PlayAMatch(first);
  const auto games = GameServers();
  ASSERT_FALSE(games.empty());
  first.process().Signal(SIGTERM);
  EXPECT_EQ(first.process().Wait(), 0);
  EXPECT_TRUE(backends::StillRuns(games.front()));
  Up second(data());
  EXPECT_TRUE(backends::StillRuns(games.front()));
  second.process().Signal(SIGTERM);
  EXPECT_EQ(second.process().Wait(), 0);
  for (const auto& game : games) EXPECT_FALSE(backends::StillRuns(game));
}

TEST_F(UpTest, ASecondOneInTheSameFolderIsRefused) {
  Up first(data());
  const Answer second = Run(FreePorts());
  EXPECT_EQ(second.status, 1);
  EXPECT_EQ(second.output, "");
  EXPECT_EQ(second.errors, "oofgg: another `oofgg up`, pid " + std::to_string(first.process().pid()) +
                               ", runs on " + data() +
                               "; end it, or give this one a folder of its own with --data\n");
  EXPECT_EQ(Shell(first.environment()).Run({"register", "ann"}, kPassword).status, 0) << "the first goes on";
}

TEST_F(UpTest, APortInUseIsNamedInOneLine) {
  const TemporaryDirectory other;
  const Up first(other.path() + "/data");
  const std::pair<const char*, std::string> taken[] = {
      {"--auth-listen", first.address("oofgg-auth", "grpc")},
      {"--auth-ops", first.address("oofgg-auth", "ops")},
      {"--maker-listen", first.address("oofgg-maker", "grpc")},
      {"--maker-http", first.address("oofgg-maker", "http")},
      {"--game-listen", first.address("oofgg-game", "grpc")},
      {"--presence-listen", first.address("oofgg-game", "presence")},
      {"--websocket-listen", first.address("oofgg-game", "websocket")}};
  for (const auto& [flag, address] : taken) {
    const Answer second = Run(With({flag, address}));
    EXPECT_EQ(second.status, 1) << flag;
    EXPECT_THAT(second.errors,
                MatchesRegex("oofgg: oofgg-[a-z]+ ended with status 1: .*" + address + ".* in use.*\n"));
    EXPECT_THAT(second.errors, HasSubstr(std::string(" ") + flag + ": ")) << "and not as the server calls it";
    EXPECT_EQ(std::count(second.errors.begin(), second.errors.end(), '\n'), 1) << second.errors;
  }
}

TEST_F(UpTest, RefusesWhatCannotBe) {
  const auto refused = [](const Answer& answer, const std::string& said) {
    EXPECT_EQ(answer.status, 1);
    EXPECT_THAT(answer.errors, HasSubstr(said));
    EXPECT_EQ(std::count(answer.errors.begin(), answer.errors.end(), '\n'), 1) << answer.errors;
  };
  refused(Run(With({"--auth-listen", "0.0.0.0:0"})), "--insecure");
  refused(Run(With({"--rules", "/absent"})), "/absent");
  refused(Run(With({"--kafka", "192.0.2.1:9092"})), "--kafka: 192.0.2.1:9092 is on another machine");
  refused(Run(With({"--data", "/proc/oofgg"})), "--data: cannot use /proc/oofgg: No such file or directory");
  const std::string file = folder_.path() + "/file";
  std::ofstream(file) << "x";
  refused(Run(With({"--data", file})), "--data: cannot use " + file + ": ");
  const Programs programs;
  fs::remove(programs.Path("oofgg-maker"));
  refused(Run(FreePorts(), programs.Path("oofgg")),
          "cannot run " + programs.Path("oofgg-maker") +
              ": No such file or directory; all programs belong in one folder");
}

TEST_F(UpTest, AProgramThatEndsOrHangsBeforeItIsReadyIsNamed) {
  const Programs programs;
  programs.Replace("oofgg-auth", "exit 0\n");
  const Answer ended = Run(FreePorts(), programs.Path("oofgg"));
  EXPECT_EQ(ended.status, 1);
  EXPECT_EQ(ended.errors, "oofgg: oofgg-auth ended with status 0\n");

  programs.Replace("oofgg-auth", "echo started >&2\nexec sleep 1000\n");
  auto arguments = FreePorts();
  arguments.insert(arguments.begin(), {"up", "--data", data()});
  ChildProcess hanging(programs.Path("oofgg"),
                       {.arguments = arguments, .environment = {}, .working_directory = "/"});
  ASSERT_TRUE(hanging.WaitForErrors("started\n"));
  const auto children = testing::ChildrenOf(hanging.pid());
  hanging.Signal(SIGINT);
  EXPECT_EQ(hanging.Wait(), 0) << "Ctrl-C is heard while it waits";
  for (const pid_t child : children) EXPECT_TRUE(IsGone(child));
}

TEST_F(UpTest, SettingsComeFromEveryLayer) {
  const TemporaryDirectory home;
  std::ofstream(home.path() + "/file.conf") << "OOFGG_DATA=from-file\nFLEET_MIN_READY=1\n";
  auto arguments = FreePorts();
  arguments.insert(arguments.begin(), {"up", "--config", "file.conf", "--json"});
  ChildProcess up("oofgg", {.arguments = arguments, .environment = {}, .working_directory = home.path()});
  ASSERT_TRUE(up.WaitForLine(R"({"data":")" + fs::canonical(home.path()).string() + "/from-file").has_value())
      << up.output() << up.errors();
  // The servers read the file too: the maker keeps a game server ready.
  EXPECT_TRUE(up.WaitForErrors("is ready")) << up.errors();
  up.Signal(SIGTERM);
  EXPECT_EQ(up.Wait(), 0);
}

}  // namespace
}  // namespace oofgg
