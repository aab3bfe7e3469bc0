#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/integration/servers/running_server.h"

namespace oofgg::testing {

/// A maker as a process, its HTTP API, and the game servers that it started, all gone at the end.
class MakerFixture : public ::testing::Test {
 protected:
  MakerFixture() { AdoptOrphans(); }
  ~MakerFixture() override {
    maker_.reset();
    EndOrphans();
  }

  void Start(std::vector<std::string> more = {}, std::string command = {}) {
    maker_.reset();
    maker_ = StartMaker(folder_, std::move(more), std::move(command));
  }

  /// `client` is the whole value of `Authorization`; empty: without one.
  HttpReply Ask(const std::string& method, const std::string& client, const std::string& query = "",
                const std::string& accept = "text/plain") {
    HttpCall call{.method = method, .url = "http://" + maker_->address("http") + "/request" + query};
    if (!client.empty()) call.headers.emplace_back("Authorization", client);
    call.headers.emplace_back("Accept", accept);
    call.timeout = std::chrono::seconds(40);
    auto reply = http::Fetch(http_, std::move(call));
    EXPECT_TRUE(reply.ok()) << method << ": " << reply.status();
    return reply.ok() ? *reply : HttpReply{};
  }

  /// Waits by long poll until the request is no longer pending; a hundred changes are more than it can have.
  HttpReply Await(const std::string& client, const std::string& accept = "text/plain") {
    HttpReply reply;
    for (int changes = 0; changes < 100; ++changes) {
      reply = Ask("GET", client, "?wait=30", accept);
      if (reply.status != 202) break;
    }
    return reply;
  }

  /// Asks for a seat and waits for it: `host:port`.
  std::string Seat(const std::string& client) {
    const HttpReply asked = Ask("POST", client);
    EXPECT_TRUE(asked.status == 202 || asked.status == 200) << asked.status << " " << asked.body;
    const HttpReply seated = Await(client);
    EXPECT_EQ(seated.status, 200) << seated.body;
    return seated.body;
  }

  /// `GET /status` of every game server that runs, as text.
  std::vector<std::string> Loads() {
    std::vector<std::string> loads;
    for (const auto& record : GameServersOf(folder_)) {
      const auto reply =
          http::Fetch(http_, {.url = "http://127.0.0.1:" + std::to_string(record.control_port) + "/status"});
      loads.push_back(reply.ok() ? reply->body : reply.status().ToString());
    }
    return loads;
  }

  TemporaryDirectory folder_;
  http::CurlClient http_;
  std::unique_ptr<RunningServer> maker_;
};

}  // namespace oofgg::testing
