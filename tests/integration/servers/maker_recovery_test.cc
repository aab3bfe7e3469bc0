// What becomes of requests, seats and game servers when a program of the path ends, in order or not.

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <csignal>
#include <fstream>

#include "tests/integration/servers/maker_fixture.h"
#include "tests/support/eventually.h"
#include "tests/support/tcp_peer.h"

namespace oofgg::testing {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Optional;

class MakerRecoveryTest : public MakerFixture {
 protected:
  /// A command whose game servers begin only when the stream of `Gate` is closed: a start as slow as the test
  /// likes.
  std::string GatedCommand() {
    gate_ = folder_.path() + "/gate";
    EXPECT_EQ(mkfifo(gate_.c_str(), 0600), 0);
    const std::string script = folder_.path() + "/gated";
    const char* programs = std::getenv("OOFGG_BIN_DIR");
    std::ofstream(script) << "#!/bin/sh\nread line < " << gate_ << "\nexec "
                          << (programs != nullptr ? programs : ".")
                          << "/oofgg-arena --listen 127.0.0.1:$1 --control-listen 127.0.0.1:$2\n";
    chmod(script.c_str(), 0700);
    return script + " {port} {control_port}";
  }
  /// Waits for a game server that stands at the gate.
  std::ofstream Gate() { return std::ofstream(gate_); }

  /// Waits until the maker has written down that it started a game server; asking it paces the loop.
  void AwaitGameServer() {
    for (int i = 0; i < 10'000 && GameServersOf(folder_).empty(); ++i) Ask("GET", "nobody");
    ASSERT_EQ(GameServersOf(folder_).size(), 1U);
  }

  std::string gate_;
};

TEST_F(MakerRecoveryTest, KilledWhileAServerStartsItGoesOnWithThatServer) {
  const std::string command = GatedCommand();
  Start({}, command);
  ASSERT_EQ(Ask("POST", "alice").status, 202);
  AwaitGameServer();
  const pid_t server = GameServersOf(folder_).front().pid;
  std::ofstream gate = Gate();  // Before the maker dies: a server that has not begun yet dies with it.
  maker_->Kill();
  gate.close();

  Start({}, command);
  const HttpReply seated = Await("alice");
  ASSERT_EQ(seated.status, 200) << seated.body;
  ASSERT_EQ(GameServersOf(folder_).size(), 1U) << "no second server for the same request";
  EXPECT_EQ(GameServersOf(folder_).front().pid, server);
  EXPECT_THAT(Loads(), ElementsAre(HasSubstr("\"reserved\":1,")));
  TcpPeer player(seated.body);
  ASSERT_TRUE(player.Send("{\"player\":\"alice\"}\n"));
  EXPECT_THAT(player.ReadLine(), Optional(HasSubstr("\"welcome\"")));
}

TEST_F(MakerRecoveryTest, KilledRightAfterItAcceptedItStillSeatsEverybodyOnce) {
  Start();
  for (const char* client : {"alice", "bob"}) ASSERT_THAT(Ask("POST", client).status, AnyOf(200, 202));
  maker_->Kill();

  Start();
  const HttpReply alice = Await("alice");
  const HttpReply bob = Await("bob");
  EXPECT_EQ(alice.status, 200) << alice.body;
  EXPECT_EQ(bob.body, alice.body);
  EXPECT_THAT(Loads(), ElementsAre(HasSubstr("\"reserved\":2,")));
}

TEST_F(MakerRecoveryTest, ASeatedPlayerNoticesNothingOfAKilledMaker) {
  Start();
  const std::string address = Seat("alice");
  TcpPeer player(address);
  ASSERT_TRUE(player.Send("{\"player\":\"alice\"}\n"));
  ASSERT_THAT(player.ReadLine(), Optional(HasSubstr("\"welcome\"")));
  maker_->Kill();
  ASSERT_TRUE(player.Send("{\"move\":\"sideways\"}\n"));
  EXPECT_THAT(player.ReadLineWith("\"error\""), Optional(HasSubstr("move is")));

  Start();
  EXPECT_EQ(Await("alice").body, address);
  EXPECT_EQ(Seat("bob"), address) << "its free seats are known again";
  EXPECT_THAT(Loads(), ElementsAre(HasSubstr("\"reserved\":2,\"players\":1")));
}

TEST_F(MakerRecoveryTest, AfterAKilledGameServerTheNextRequestGetsALiveOne) {
  Start();
  const std::string first = Seat("alice");
  kill(GameServersOf(folder_).front().pid, SIGKILL);
  // Its end is learnt from the kernel or, by who is faster, from the check of the seat.
  HttpReply reply;
  for (int tries = 0; tries < 50; ++tries) {
    const HttpReply asked = Ask("POST", "alice");
    ASSERT_THAT(asked.status, AnyOf(200, 202, 503)) << asked.body;
    reply = Await("alice");
    if (reply.status == 200 && reply.body != first) break;
  }
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_NE(reply.body, first);
  TcpPeer player(reply.body);
  ASSERT_TRUE(player.Send("{\"player\":\"alice\"}\n"));
  EXPECT_THAT(player.ReadLine(), Optional(HasSubstr("\"welcome\"")));
}

TEST_F(MakerRecoveryTest, EndsInOrderAndLeavesTheGameToItsPlayers) {
  Start();
  const std::string address = Seat("alice");
  TcpPeer player(address);
  ASSERT_TRUE(player.Send("{\"player\":\"alice\"}\n"));
  ASSERT_THAT(player.ReadLine(), Optional(HasSubstr("\"welcome\"")));
  EXPECT_EQ(maker_->Terminate(), 0) << maker_->process().errors();
  EXPECT_EQ(GameServersOf(folder_).size(), 1U) << "game servers outlive the maker";
  ASSERT_TRUE(player.Send("{\"move\":\"sideways\"}\n"));
  EXPECT_THAT(player.ReadLineWith("\"error\""), Optional(HasSubstr("move is")));
}

TEST_F(MakerRecoveryTest, AnIdleServerEndsAndLeavesNoProcessBehind) {
  Start({"--fleet-idle-timeout", "1"});
  Seat("alice");
  ASSERT_EQ(Ask("DELETE", "alice").status, 200);
  for (int i = 0; i < 100'000 && !GameServersOf(folder_).empty(); ++i)
    Ask("GET", "nobody" + std::to_string(i));
  EXPECT_TRUE(GameServersOf(folder_).empty());
  // A process that has ended is no server any more, and is still to be reaped.
  EXPECT_TRUE(Eventually([&] { return ChildrenOf(maker_->process().pid()).empty(); })) << "not even a zombie";
  EXPECT_EQ(maker_->Terminate(), 0) << maker_->process().errors();
}

TEST_F(MakerRecoveryTest, AServerWhoseMakerIsGoneForGoodEndsByItself) {
  const char* programs = std::getenv("OOFGG_BIN_DIR");
  Start({}, "env OOFGG_ORPHAN_TIMEOUT=1s " + std::string(programs != nullptr ? programs : ".") +
                "/oofgg-arena --listen 127.0.0.1:{port} --control-listen 127.0.0.1:{control_port} "
                "--idle-timeout 0s --join-timeout 1s");
  Seat("alice");
  ASSERT_EQ(GameServersOf(folder_).size(), 1U);
  maker_->Kill();
  EXPECT_TRUE(Eventually([&] { return GameServersOf(folder_).empty(); }))
      << "alice never came, and nobody asks after her seat";
}

TEST_F(MakerRecoveryTest, AWaitingCallIsAnsweredWhenTheMakerEnds) {
  Start({}, GatedCommand());
  ASSERT_EQ(Ask("POST", "alice").status, 202);
  AwaitGameServer();
  // The second call comes with the first, so it waits once that is answered and many more have gone round.
  const std::string head = " HTTP/1.1\r\nHost: maker\r\nAuthorization: alice\r\n\r\n";
  TcpPeer waiting(maker_->address("http"));
  ASSERT_TRUE(waiting.Send("GET /request" + head + "GET /request?wait=30" + head));
  ASSERT_EQ(waiting.ReadLine(), "HTTP/1.1 202 Accepted");
  ASSERT_THAT(waiting.ReadLineWith("Content-Length"), Optional(HasSubstr("8")));
  for (int i = 0; i < 50; ++i) ASSERT_EQ(Ask("GET", "nobody" + std::to_string(i)).status, 404);
  EXPECT_EQ(maker_->Terminate(), 0) << maker_->process().errors();
  EXPECT_THAT(waiting.ReadLineWith("HTTP/1.1"), Optional(HasSubstr("202 Accepted")))
      << "told to ask again, and not cut off";
}

TEST_F(MakerRecoveryTest, ASecondMakerOnTheSameDataIsRefused) {
  Start();
  ChildProcess second("oofgg-maker",
                      In(folder_, {"--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0", "--http-listen",
                                   "127.0.0.1:0", "--process-command", "true"}));
  EXPECT_EQ(second.Wait(), 1);
  EXPECT_THAT(second.errors(), HasSubstr("maker.db is in use"));
  EXPECT_EQ(std::count(second.errors().begin(), second.errors().end(), '\n'), 1) << second.errors();
  EXPECT_NE(Seat("alice"), "") << "the first one goes on";
}

}  // namespace
}  // namespace oofgg::testing
