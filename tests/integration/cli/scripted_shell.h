#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "tests/integration/cli/cli_environment.h"
#include "tests/integration/cli/scripted_server.h"

namespace oofgg::testing {

/// Somebody at a command line whose auth and game server is the test's.
class ScriptedCliTest : public ::testing::Test {
 protected:
  using Json = nlohmann::json;

  /// As a guest, whose tokens are `access-1` and `refresh-1`.
  void SignIn() {
    server_.Answer<wire::methods::GuestLogin>({.user_id = "u1",
                                               .access_token = "access-1",
                                               .refresh_token = "refresh-1",
                                               .expires_in = std::chrono::minutes(15)});
    ASSERT_EQ(shell_.Run({"guest"}).status, 0);
  }

  /// The one line that people get from a command that succeeds.
  void ExpectLine(const Answer& answer, const std::string& line) {
    EXPECT_EQ(answer.status, 0) << answer.errors;
    EXPECT_EQ(answer.output, line + "\n");
    EXPECT_EQ(answer.errors, "");
  }
  void ExpectRefusal(const Answer& answer, const std::string& line, int status = 1) {
    EXPECT_EQ(answer.status, status);
    EXPECT_EQ(answer.output, "");
    EXPECT_EQ(answer.errors, "oofgg: " + line + "\n");
  }
  static std::vector<Json> Lines(const std::string& output) {
    std::vector<Json> lines;
    std::istringstream text(output);
    for (std::string line; std::getline(text, line);) lines.push_back(Json::parse(line, nullptr, false));
    return lines;
  }

  ScriptedServer server_;
  Shell shell_{{{"OOFGG_AUTH", server_.address()},
                {"OOFGG_GAME", server_.address()},
                {"OOFGG_MAKER", server_.address()},
                {"OOFGG_TIMEOUT", "20s"}}};
};

}  // namespace oofgg::testing
