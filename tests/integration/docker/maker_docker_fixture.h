#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "http/curl_client.h"
#include "tests/integration/docker/docker_fixture.h"
#include "tests/support/child_process.h"
#include "tests/support/eventually.h"
#include "tests/support/redis_server.h"
#include "tests/support/temporary_directory.h"

namespace oofgg::testing {

inline constexpr std::size_t kClients = 30;
inline constexpr std::size_t kSlots = 3;

/// A maker as older deployments start it, by variables alone, and those who ask it.
class MakerDockerFixture : public DockerFixture {
 protected:
  void StartMaker(const std::string& image, std::map<std::string, std::string> more = {}) {
    maker_ = Launch(image, std::move(more));
    const std::string address = HttpAddressOf(*maker_);
    ASSERT_NE(address, "") << Log();
    // Clients may be reading the one that they have.
    if (address != address_) address_ = address;
  }

  /// Where clients ask it; empty if it does not start.
  static std::string HttpAddressOf(ChildProcess& maker) {
    return WordOf(maker.WaitForLine("ready ").value_or(""), "http");
  }
  /// Without waiting until it is ready.
  std::unique_ptr<ChildProcess> Launch(const std::string& image, std::map<std::string, std::string> more) {
    if (redis_ != nullptr) more["REDIS_SERVER_URL"] = redis_->address();
    more.merge(std::map<std::string, std::string>{{"CONTAINER_BACKEND", "docker"},
                                                  {"DOCKER_HOST", engine_->host()},
                                                  {"DOCKER_NETWORK", "players"},
                                                  {"IMAGE_TO_PULL", image},
                                                  {"IMAGE_PULL_POLICY", "missing"},
                                                  {"OOFGG_LISTEN", "127.0.0.1:0"},
                                                  {"OOFGG_OPS_LISTEN", "127.0.0.1:0"},
                                                  {"OOFGG_HTTP_LISTEN", "127.0.0.1:0"}});
    const char* const programs = std::getenv("OOFGG_BIN_DIR");
    const std::string where = beside_.empty() ? "" : "nsenter --target " + beside_ + " --net ";
    // Its log goes to a file: from a pipe nobody reads while the test goes on.
    const std::string command =
        "exec " + where + "'" + std::string(programs) + "/oofgg-maker' 2>>'" + (folder_ / "log") + "'";
    return std::make_unique<ChildProcess>("/bin/sh",
                                          ChildProcess::Options{.arguments = {"-c", command},
                                                                .environment = std::move(more),
                                                                .working_directory = folder_.path()});
  }
  static void Kill(std::unique_ptr<ChildProcess>& maker) {
    maker->Signal(SIGKILL);
    maker->Wait();
  }

  /// The end of what makers have said.
  std::string Log() const {
    constexpr std::size_t kTail = 6000;
    std::ifstream file(folder_ / "log");
    const std::string log(std::istreambuf_iterator<char>(file), {});
    return log.substr(log.size() - (std::min)(log.size(), kTail));
  }

  HttpReply Ask(const std::string& method, const std::string& url, const std::string& client = "") {
    HttpCall call{.method = method, .url = url, .timeout = std::chrono::seconds(60)};
    if (!client.empty()) call.headers.emplace_back("Authorization", client);
    const auto reply = http::Fetch(http_, std::move(call));
    return reply.ok() ? *reply : HttpReply{.status = 0, .body = std::string(reply.status().message())};
  }

  /// Asks until there is an address, and whoever is there knows the client: `host:port`, or nothing.
  std::string Seat(const std::string& client) { return Seat(client, address_); }
  std::string Seat(const std::string& client, const std::string& maker) {
    {
      const std::lock_guard lock(mutex_);
      clients_.insert(client);
    }
    const std::string url = "http://" + maker + "/request";
    const auto give_up = std::chrono::steady_clock::now() + kPatience;
    while (std::chrono::steady_clock::now() < give_up) {
      HttpReply reply = Ask("POST", url, client);
      if (reply.status == 202) reply = Ask("GET", url + "?wait=30", client);
      if (reply.status == 200 && Knows(reply.body, client)) return reply.body;
      const std::lock_guard lock(mutex_);
      last_answer_ = std::to_string(reply.status) + " " + reply.body;
    }
    return "";
  }
  /// Of those that were not what was wanted.
  std::string last_answer() {
    const std::lock_guard lock(mutex_);
    return "the last answer was " + last_answer_;
  }
  virtual bool Knows(const std::string& server, const std::string& client) {
    return Ask("GET", "http://" + server + "/reservation/" + client).status == 200;
  }

  /// All at once; where each one is.
  std::vector<std::string> SeatAll() {
    std::vector<std::string> seats(kClients);
    std::vector<std::thread> clients;
    for (std::size_t i = 0; i < kClients; ++i) {
      clients.emplace_back([this, i, &seats] { seats[i] = Seat(Name(i)); });
    }
    for (std::thread& client : clients) client.join();
    return seats;
  }
  static std::string Name(std::size_t i) { return "client-" + std::to_string(i); }

  /// Whose game server ends is seated anew, unless nobody wants to play any more.
  void GoHome() { GoHome(address_); }
  void GoHome(const std::string& maker) {
    for (const std::string& client : clients_) (void)Ask("DELETE", "http://" + maker + "/request", client);
    clients_.clear();
  }
  /// Games end, and their servers with them.
  void EndGames() {
    GoHome();
    // One that was just being started comes late.
    EXPECT_TRUE(Eventually([] {
      for (const std::string& name : engine_->Containers()) (void)engine_->Docker("stop " + name);
      return engine_->Containers().empty();
    })) << "left: "
        << engine_->Docker("ps --all");
  }

  TemporaryDirectory folder_;
  http::CurlClient http_{{.max_connections_per_host = 64}};
  std::string beside_;                  // A process in whose network the maker is; empty: in ours.
  std::unique_ptr<RedisServer> redis_;  // Null: the maker's own SQLite.
  std::unique_ptr<ChildProcess> maker_;
  std::string address_;
  std::mutex mutex_;
  std::string last_answer_;        // Guarded by mutex_.
  std::set<std::string> clients_;  // Who has asked; guarded by mutex_ while several do.
};

}  // namespace oofgg::testing
