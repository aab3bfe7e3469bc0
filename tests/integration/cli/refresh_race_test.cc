// One session in three hands: a game that links the SDK, and two command lines, all of which renew it at once
// from the same file. The player whose session it is stays signed in.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <thread>

#include "oofgg/client.h"
#include "oofgg/grpc_transport.h"
#include "servers/cli/session_file.h"
#include "tests/integration/cli/cli_environment.h"

namespace oofgg {
namespace {

using testing::ChildProcess;
using testing::kPassword;
using testing::Shell;

class RefreshRaceTest : public ::testing::Test {
 protected:
  RefreshRaceTest()
      : auth_("oofgg-auth", {.arguments = {"--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0"},
                             .environment = {},
                             .working_directory = folder_.path()}) {
    address_ = testing::WordOf(auth_.WaitForLine("ready ").value_or(""), "grpc");
    shell_ = std::make_unique<Shell>(std::map<std::string, std::string>{{"OOFGG_AUTH", address_}});
    EXPECT_EQ(shell_->Run({"register", "ann"}, std::string(kPassword) + "\n").status, 0) << auth_.errors();
  }

  /// As a game makes it that goes on with the session of the command line.
  [[nodiscard]] std::unique_ptr<Client> GameWithTheSession() const {
    const auto store = std::make_shared<cli::SessionFile>(shell_->session_file());
    GrpcTransportOptions transport;
    transport.endpoints.auth = address_;
    auto client = std::make_unique<Client>(MakeGrpcTransport(transport), ClientOptions{.token_store = store});
    const auto lock = store->Acquire();
    EXPECT_TRUE(lock.ok()) << lock.status();
    client->SetTokens(store->Load().value());
    return client;
  }

  void ExpectOneSession() const {
    const auto answer = shell_->Run({"sessions", "--json"});
    EXPECT_EQ(answer.status, 0) << answer.errors;
    EXPECT_EQ(std::count(answer.output.begin(), answer.output.end(), '\n'), 1) << answer.output;
  }

  testing::TemporaryDirectory folder_;
  ChildProcess auth_;
  std::string address_;
  std::unique_ptr<Shell> shell_;
};

TEST_F(RefreshRaceTest, TheSdkAndTwoCommandLinesNeverSignTheirPlayerOut) {
  const auto game = GameWithTheSession();
  std::atomic<int> running{2};
  std::array<std::thread, 2> command_lines;
  for (std::thread& command_line : command_lines) {
    command_line = std::thread([&] {
      for (int i = 0; i < 20; ++i) {
        const auto answer = shell_->Run({"refresh"});
        EXPECT_EQ(answer.status, 0) << answer.errors;
      }
      --running;
    });
  }
  int refreshes = 0;
  do {
    const auto refreshed = game->auth().Refresh();
    ASSERT_TRUE(refreshed.ok()) << "after " << refreshes << ": " << refreshed.status();
    ++refreshes;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));  // Locks of files are not fair.
  } while (running > 0);
  for (std::thread& command_line : command_lines) command_line.join();
  EXPECT_TRUE(game->auth().Refresh().ok());
  ExpectOneSession();
}

TEST_F(RefreshRaceTest, ACommandLineThatIsKilledInTheMiddleSignsNobodyOut) {
  const auto game = GameWithTheSession();
  for (int i = 0; i < 30; ++i) {
    const auto doomed = shell_->Start({"refresh"});
    const auto other = shell_->Start({"refresh"});
    // At another point of its life each time: a refresh is a few milliseconds of the first fifteen.
    std::this_thread::sleep_for(std::chrono::microseconds(500) * i);
    doomed->Signal(SIGKILL);
    EXPECT_TRUE(game->auth().Refresh().ok());
    EXPECT_EQ(other->Wait(), 0) << other->errors();
  }
  ExpectOneSession();
}

}  // namespace
}  // namespace oofgg
