// One session in three hands: a game that links the SDK, and two command lines, all of which renew it at once
// from the same file. The player whose session it is stays signed in.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>
#include <thread>

#include "oofgg/client.h"
#include "oofgg/grpc_transport.h"
#include "servers/cli/session_file.h"
#include "tests/integration/cli/cli_environment.h"
#include "tests/support/folder_watch.h"
#include "tests/support/inbox.h"

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
    const auto store = std::make_shared<cli::SessionFile>(shell_->session_file(), address_);
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
  constexpr int kRuns = 20;
  const auto game = GameWithTheSession();
  testing::Inbox<testing::Answer> answers;
  std::array<std::thread, 2> command_lines;
  for (std::thread& command_line : command_lines) {
    command_line = std::thread([&] {
      for (int i = 0; i < kRuns; ++i) answers.Put(shell_->Run({"refresh"}));
    });
  }
  // Whenever one of them has ended, while the other is somewhere in the middle; but no more often, as locks
  // of files are not fair.
  for (int i = 0; i < 2 * kRuns; ++i) {
    const auto answer = answers.Next();
    EXPECT_TRUE(answer.has_value() && answer->status == 0) << (answer ? answer->errors : "it hangs");
    for (int again = 0; again < 3; ++again) {
      const auto refreshed = game->auth().Refresh();
      EXPECT_TRUE(refreshed.ok()) << "after run " << i << ": " << refreshed.status();
    }
  }
  for (std::thread& command_line : command_lines) command_line.join();
  EXPECT_TRUE(game->auth().Refresh().ok());
  ExpectOneSession();
}

TEST_F(RefreshRaceTest, ACommandLineThatIsKilledInTheMiddleSignsNobodyOut) {
  const auto game = GameWithTheSession();
  const std::string folder = std::filesystem::path(shell_->session_file()).parent_path();
  testing::FolderWatch whole(folder);
  ASSERT_EQ(shell_->Run({"refresh"}).status, 0);
  const int steps = whole.Count();
  ASSERT_GT(steps, 10) << "it opens, locks, reads and writes";
  // Killed after another step each time: of its own, or with the other in its way.
  for (int step = 1; step <= steps; ++step) {
    testing::FolderWatch watch(folder);
    const auto doomed = shell_->Start({"refresh"});
    const auto other = shell_->Start({"refresh"});
    EXPECT_TRUE(watch.WaitForCount(step));
    doomed->Signal(SIGKILL);
    EXPECT_TRUE(game->auth().Refresh().ok());
    EXPECT_EQ(other->Wait(), 0) << other->errors();
  }
  ExpectOneSession();
}

}  // namespace
}  // namespace oofgg
