// `oofgg shell`: a script in a pipe, and somebody at a terminal.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "tests/integration/cli/cli_environment.h"
#include "tests/support/pseudo_terminal.h"

namespace oofgg::testing {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

std::string ContentOf(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Somebody who writes a line into a pipe when the answer to the last has come.
class Typist {
 public:
  Typist(const Shell& shell, std::vector<std::string> arguments) {
    std::array<int, 2> ends{};
    EXPECT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
    fd_ = ends[1];
    process_ = shell.Start(std::move(arguments), ends[0]);
    close(ends[0]);
  }
  ~Typist() { close(fd_); }
  Typist(const Typist&) = delete;
  Typist& operator=(const Typist&) = delete;

  void Type(const std::string& text) const {
    EXPECT_EQ(write(fd_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  bool Hears(std::string_view text) { return process_->WaitForOutput(text); }
  std::optional<int> Wait() { return process_->Wait(); }
  [[nodiscard]] std::string errors() const { return process_->errors(); }

 private:
  int fd_ = -1;
  std::unique_ptr<ChildProcess> process_;
};

class ShellTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TemporaryDirectory();
    up_ = new Up(*folder_ / "data");
  }
  static void TearDownTestSuite() {
    delete up_;
    delete folder_;
  }

  static std::string Door() { return up_->address("oofgg-game", "presence"); }
  [[nodiscard]] Answer Run(const std::string& script, std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"shell", "--server", Door()});
    return shell_.Run(more, script);
  }
  [[nodiscard]] PseudoTerminal Terminal() const {
    return PseudoTerminal("oofgg", {"shell", "--no-color", "--server", Door()}, {{"HOME", shell_.home()}});
  }
  [[nodiscard]] std::string history_file() const { return shell_.home() + "/.oofgg/shell-history"; }

  static TemporaryDirectory* folder_;
  static Up* up_;
  Shell shell_{up_->environment()};
};

TemporaryDirectory* ShellTest::folder_ = nullptr;
Up* ShellTest::up_ = nullptr;

TEST_F(ShellTest, UsersOverTcpUdpAndGrpcSeeEachOther) {
  ASSERT_EQ(shell_.Run({"guest"}).status, 0);
  const std::string me = shell_.Run({"whoami", "--json"}).Object().at("user_id");
  const Answer answer =
      Run("# three doors\n"
          "connect tess udo " +
              me +
              "\n"
              "connect udo udp tess\n"
              "wait for tess is online\n"
              "connect me grpc tess udo\n"
              "wait for udo is online\n"
              "use tess\n"
              "wait for " +
              me +
              " is online\n"
              "status in_match m1 third round\n"
              "use me\n"
              "wait for tess is in_match\n"
              "use udo\n"
              "friends -tess +nobody\n"
              "wait for nobody is offline\n"
              "watch\n"
              "signoff\n"
              "use tess\n"
              "wait for udo is offline\n"
              "close tess\n"
              "users\n"
              "quit\n"
              "not read\n",
          {"--strict"});
  EXPECT_EQ(answer.status, 0) << answer.errors;
  EXPECT_THAT(answer.output, HasSubstr("me: tess is in a match: third round\n"));
  EXPECT_THAT(answer.output, HasSubstr("udo: nobody is offline\n"));
  EXPECT_THAT(answer.output, HasSubstr("me: grpc, 2 friends, up to date\n"));
  EXPECT_THAT(answer.output, HasSubstr("udo: udp, 1 friend, signed off\n"));
  EXPECT_THAT(answer.output, Not(HasSubstr("\033"))) << "no colours in a pipe";
}

TEST_F(ShellTest, ACommandThatFailsEndsAStrictScriptOnly) {
  const std::string script = "nonsense\nuse nobody\nwait for nobody is online\nfriends\nhelp wait\n";
  const Answer lenient = Run(script);
  EXPECT_EQ(lenient.status, 0);
  EXPECT_THAT(lenient.output, HasSubstr("there is no command `nonsense`; `help` lists them\n"
                                        "no user nobody is connected; `users` lists them\n"
                                        "nobody is connected; `connect USER` first\n"));
  EXPECT_THAT(lenient.output, HasSubstr("wait SECONDS"));
  const Answer strict = Run(script, {"--strict"});
  EXPECT_EQ(strict.status, 1);
  EXPECT_EQ(strict.output, "");
  EXPECT_EQ(strict.errors, "oofgg: there is no command `nonsense`; `help` lists them\n");
  EXPECT_THAT(Run("connect w x\nwait for x is online 50ms\n", {"--strict"}).errors,
              HasSubstr("not so within 50ms"));
}

TEST_F(ShellTest, AWaitEndsWhenAllIsKnown) {
  const Answer answer =
      Run("connect wes\n"
          "wait for up to date\n"
          "friends +wim\n"
          "wait for up to date\n"
          "users\n"
          "watch\n",
          {"--strict"});
  EXPECT_EQ(answer.status, 0) << answer.errors;
  EXPECT_THAT(answer.output, HasSubstr("wes: up to date\nwes: what is shown may be old\n"
                                       "wes: wim is offline\nwes: up to date\n* wes: tcp, 1 friend"));
}

TEST_F(ShellTest, WhatNeedsAConnectionFailsOnceItHasEnded) {
  for (const char* line : {"status away", "friends", "friends +abe", "send {\"ping\":1}"}) {
    const Answer answer =
        Run("connect bea\nwait for up to date\nsignoff\n" + std::string(line) + "\n", {"--strict"});
    EXPECT_EQ(answer.status, 1) << line;
    EXPECT_EQ(answer.errors, "oofgg: bea has signed off; `close bea` and connect again\n") << line;
  }
  const std::string file = shell_.home() + "/token";
  std::ofstream(file) << "no token\n";
  ASSERT_EQ(chmod(file.c_str(), 0600), 0);
  const Answer refused = Run("connect bea --token-file " + file + "\nwait for up to date\nstatus away\n");
  EXPECT_THAT(refused.output, HasSubstr("bea is not connected: "));
  EXPECT_THAT(refused.output, HasSubstr("; `close bea` and connect again\n"));
}

TEST_F(ShellTest, AServerThatIsNotThereIsNamed) {
  ASSERT_EQ(shell_.Run({"guest"}).status, 0);
  shell_.Set("OOFGG_GAME", "127.0.0.1:1");
  Typist shell(shell_, {"shell", "--strict"});
  shell.Type("connect gil grpc\n");
  EXPECT_TRUE(shell.Hears("gil: no link: "));
  EXPECT_TRUE(shell.Hears("; trying again\n"));
  shell.Type("wait for up to date 50ms\n");
  EXPECT_EQ(shell.Wait(), 1) << "it is no refusal, so it ends with the wait";
  EXPECT_THAT(shell.errors(), HasSubstr("not so within 50ms; gil has no link: "));

  const Answer tried_often = Run("connect tim --server 127.0.0.1:1\nwait for up to date 700ms\n");
  const std::size_t told = tried_often.output.find("; trying again");
  EXPECT_NE(told, std::string::npos) << tried_often.output;
  EXPECT_EQ(tried_often.output.find("; trying again", told + 1), std::string::npos) << "not at each attempt";
}

TEST_F(ShellTest, AGrpcUserBringsATokenOfItsOwn) {
  ASSERT_EQ(shell_.Run({"guest"}).status, 0);
  const std::string id = shell_.Run({"whoami", "--json"}).Object().at("user_id");
  const std::string file = shell_.home() + "/token";
  std::ofstream(file) << shell_.Run({"token", "show"}).output;
  ASSERT_EQ(chmod(file.c_str(), 0644), 0);
  ASSERT_TRUE(std::filesystem::remove(shell_.session_file()));
  shell_.Set("OOFGG_GAME", "127.0.0.1:1");
  const Answer answer = Run("connect oz " + id +
                                "\n"
                                "connect own grpc --server " +
                                up_->address("oofgg-game", "grpc") + " --token-file " + file +
                                "\n"
                                "wait for up to date\n"
                                "use oz\n"
                                "wait for " +
                                id + " is online\n",
                            {"--strict"});
  EXPECT_EQ(answer.status, 0) << answer.errors;
  EXPECT_THAT(answer.output, HasSubstr("own: " + file + " is open to others; run: chmod 600 " + file));
}

TEST_F(ShellTest, ARefusalEndsAStrictScript) {
  const std::string file = shell_.home() + "/token";
  std::ofstream(file) << "no token\n";
  ASSERT_EQ(chmod(file.c_str(), 0600), 0);
  const std::string grpc = "grpc --server " + up_->address("oofgg-game", "grpc");
  for (const std::string& door : {std::string("tcp"), std::string("udp"), grpc}) {
    const std::string script =
        "connect eve " + door + " --token-file " + file + "\nwait for up to date\nquit\n";
    const Answer strict = Run(script, {"--strict"});
    EXPECT_EQ(strict.status, 1) << door;
    EXPECT_THAT(strict.errors, HasSubstr("oofgg: eve: ")) << door;
    const Answer lenient = Run(script);
    EXPECT_EQ(lenient.status, 0) << door;
    EXPECT_THAT(lenient.output, HasSubstr("eve waits in vain: ")) << door;
  }
  // What a raw object brings about, while the script waits for its next line.
  Typist shell(shell_, {"shell", "--server", Door(), "--strict"});
  shell.Type("connect eve\nwait for up to date\nsend {\"v\":2,\"friends\":7}\n");
  EXPECT_EQ(shell.Wait(), 1);
  EXPECT_THAT(shell.errors(), HasSubstr("friends"));
}

TEST_F(ShellTest, ATokenGoesToNoOtherMachineInPlaintext) {
  const std::string file = shell_.home() + "/token";
  std::ofstream(file) << "secret\n";
  const auto refusal = [&](const std::string& door, std::vector<std::string> more = {"--strict"}) {
    return Run("connect eve " + door + " --server 192.0.2.1:8080 --token-file " + file + "\n",
               std::move(more))
        .errors;
  };
  EXPECT_THAT(refusal("tcp"), HasSubstr("would reach in plaintext; give --tls"));
  EXPECT_THAT(refusal("grpc"), HasSubstr("would reach in plaintext; give --tls"));
  EXPECT_THAT(refusal("udp"), HasSubstr("would reach in plaintext; connect over tcp with --tls"));
  EXPECT_EQ(refusal("udp", {"--strict", "--insecure"}), "");
  EXPECT_EQ(refusal("tcp --tls"), "");
}

TEST_F(ShellTest, AServerThatIsNoAddressIsRefusedAtOnce) {
  const Answer answer = shell_.Run({"shell", "--server", "nonsense"}, "not read\n");
  EXPECT_EQ(answer.status, 2);
  EXPECT_EQ(answer.output, "");
  EXPECT_THAT(answer.errors, HasSubstr("--server"));
  EXPECT_THAT(answer.errors, HasSubstr("nonsense"));
}

TEST_F(ShellTest, WrongArgumentsAreAnsweredWithTheUsage) {
  for (const char* line : {"connect", "connect a --server", "connect a --nonsense", "use", "status",
                           "status x", "send", "raw x", "log", "log maybe", "wait", "wait for x", "close"}) {
    const Answer answer = Run("connect ann\n" + std::string(line) + "\n", {"--strict"});
    EXPECT_EQ(answer.status, 1) << line;
    EXPECT_THAT(answer.errors, HasSubstr("usage: ")) << line;
  }
}

TEST_F(ShellTest, WhatIsNoObjectIsSentWithAWord) {
  Typist shell(shell_, {"shell", "--server", Door()});
  shell.Type("connect rob\n");
  EXPECT_TRUE(shell.Hears("rob: up to date\n"));
  shell.Type("send {\"v\":2,\n");
  EXPECT_TRUE(shell.Hears("rob: that is no JSON object; sent all the same\n"));
  shell.Type("raw\n{\"user_id\":\"row\",\n");
  EXPECT_TRUE(shell.Hears("raw: that is no JSON object; sent all the same\n"));
  shell.Type("\"v\":2,\"ping\":8}\n");
  EXPECT_TRUE(shell.Hears("raw: {\"pong\":8}")) << "both halves have gone";
  shell.Type(".\nstatus in_match\nquit\n");
  EXPECT_TRUE(shell.Hears("status in_match: which match is missing; say: status in_match SESSION [TEXT]\n"));
  EXPECT_EQ(shell.Wait(), 0);
}

TEST_F(ShellTest, ABareConnectionThatIsNotThereFailsAndSaysWhy) {
  const Answer tcp = Run("raw 127.0.0.1:1\nhelp quit\n");
  EXPECT_EQ(tcp.output.find("127.0.0.1:1: cannot be reached: Connection refused\nquit\n"), 0U) << tcp.output;
  EXPECT_EQ(Run("raw 127.0.0.1:1\n", {"--strict"}).errors,
            "oofgg: 127.0.0.1:1: cannot be reached: Connection refused\n");

  Typist shell(shell_, {"shell"});
  shell.Type("raw udp 127.0.0.1:1\n{}\n");
  EXPECT_TRUE(shell.Hears("raw: the link was lost: Connection refused\n"));
  shell.Type("{}\nhelp quit\n");
  EXPECT_TRUE(shell.Hears("\nthe link was lost: Connection refused\nquit\n"));
  shell.Type("quit\n");
  EXPECT_EQ(shell.Wait(), 0);
}

TEST_F(ShellTest, RawObjectsGoUncheckedAndTheirBytesAreLogged) {
  const std::string file = *folder_ / "bytes.log";
  Typist shell(shell_, {"shell", "--server", Door(), "--strict"});
  shell.Type("connect ray udp\n");
  EXPECT_TRUE(shell.Hears("ray: up to date\n"));
  shell.Type("connect raz\n");
  EXPECT_TRUE(shell.Hears("raz: up to date\n"));
  shell.Type("log on text " + file + "\nsend {\"ping\":41,\"token\":\"not-for-logs\"}\n");
  EXPECT_TRUE(shell.Hears("raz < {\"pong\":41}\\n"));
  shell.Type("use ray\nsend {\"v\":2,\"ping\":42}\n");
  EXPECT_TRUE(shell.Hears("ray < {\"pong\":42}\\n"));
  shell.Type("log on hex\nraw tcp\n{\"user_id\":\"row\",\"v\":2,\"ping\":43}\n");
  EXPECT_TRUE(shell.Hears("raw < 0000  7b 22 70 6f 6e 67 22 3a 34 33 7d 0a"));
  shell.Type(".\nlog off\nraw udp\n{\"v\":2,\"pad\":\"012345678901234567890123456789\"}\n");
  EXPECT_TRUE(shell.Hears("raw: {\"cookie\":"));
  shell.Type(".\nquit\n");
  EXPECT_EQ(shell.Wait(), 0);
  const std::string log = ContentOf(file);
  EXPECT_THAT(log, HasSubstr("raz > {\"ping\":41,\"token\":\"...\"}\\n"));
  EXPECT_THAT(log, Not(HasSubstr("not-for-logs")));
}

TEST_F(ShellTest, UnderJsonEachLineIsAnObject) {
  const Answer answer =
      Run("connect jan\nconnect jim jon\nwait for jon is offline\nusers\nnonsense\nhelp\n", {"--json"});
  std::istringstream lines(answer.output);
  int count = 0;
  std::map<std::string, bool> is_current;
  for (std::string line; std::getline(lines, line); ++count) {
    const json object = json::parse(line, nullptr, false);
    ASSERT_TRUE(object.is_object()) << line;
    if (object.value("event", "") == "user") is_current[object.at("user")] = object.at("current");
  }
  EXPECT_THAT(is_current, ElementsAre(Pair("jan", false), Pair("jim", true)));
  EXPECT_GT(count, 15);
}

TEST_F(ShellTest, AtATerminalLinesAreEditedCompletedAndRemembered) {
  PseudoTerminal terminal = Terminal();
  ASSERT_TRUE(terminal.WaitFor("oofgg> "));
  terminal.Type("conn\ttina udp tom\r");
  ASSERT_TRUE(terminal.WaitFor("tina: connecting over udp"));
  ASSERT_TRUE(terminal.WaitFor("tina: up to date"));
  ASSERT_TRUE(terminal.WaitFor("tina> "));
  terminal.Type("s\t\t");
  EXPECT_TRUE(terminal.WaitFor("send  signoff  status  ")) << "several could be meant";
  terminal.Type("ta\ta\tlunch");
  // Somebody comes while the line is half typed.
  EXPECT_EQ(Run("connect tom tina\nwait for tina is online\n", {"--strict"}).status, 0);
  EXPECT_TRUE(terminal.WaitFor("tina: tom is online\r\ntina> status away lunch"));
  terminal.Type(" break\r");
  ASSERT_TRUE(terminal.WaitFor("tina> "));
  EXPECT_EQ(Run("connect tim tina\nwait for tina is away\n", {"--strict"}).status, 0);
  terminal.Type("\033[A\033[A");  // The line before the last.
  EXPECT_TRUE(terminal.WaitFor("connect tina udp tom"));
  terminal.Type("\003send {\"token\":\"typed-secret\"}\r");  // Ctrl-C drops the line.
  ASSERT_TRUE(terminal.WaitFor("tina> "));
  EXPECT_FALSE(terminal.is_cooked());
  terminal.Type("\004");
  EXPECT_EQ(terminal.Wait(), 0);

  EXPECT_EQ(ContentOf(history_file()), "connect tina udp tom\nstatus away lunch break\n");
  struct stat status {};
  ASSERT_EQ(stat(history_file().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);

  PseudoTerminal again = Terminal();
  ASSERT_TRUE(again.WaitFor("oofgg> "));
  again.Type("\033[A");
  EXPECT_TRUE(again.WaitFor("status away lunch break"));
}

TEST_F(ShellTest, WhatAWaitIsForIsCompleted) {
  PseudoTerminal terminal = Terminal();
  ASSERT_TRUE(terminal.WaitFor("oofgg> "));
  terminal.Type("wait f\tup\t");
  EXPECT_TRUE(terminal.WaitFor("to date")) << terminal.screen();
}

TEST_F(ShellTest, ASignalLeavesTheTerminalAsItWas) {
  PseudoTerminal terminal = Terminal();
  ASSERT_TRUE(terminal.WaitFor("oofgg> "));
  terminal.Type("wait 60\r");
  ASSERT_TRUE(terminal.WaitFor("\n"));
  terminal.Type("\003");
  ASSERT_TRUE(terminal.WaitFor("interrupted")) << terminal.screen();
  ASSERT_TRUE(terminal.WaitFor("oofgg> "));
  terminal.Signal(SIGTERM);
  EXPECT_EQ(terminal.Wait(), 0);
}

}  // namespace
}  // namespace oofgg::testing
