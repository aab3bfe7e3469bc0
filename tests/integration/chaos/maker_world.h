#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "http/curl_client.h"
#include "oofgg/random.h"
#include "tests/integration/servers/running_server.h"
#include "tests/support/redis_server.h"
#include "tests/support/tcp_peer.h"

namespace oofgg::testing {

/// A Redis, two makers that answer and two that work, and the game servers they start. What strikes it heals
/// it again at once, but for what a pause leaves undone. Threads: the faults on the one that
/// made it, as child processes end with their thread; all else safe beside them.
class MakerWorld {
 public:
  MakerWorld();
  ~MakerWorld();

  void KillApi(std::size_t number);
  void KillWorker(std::size_t number);
  void KillRedis();
  void KillGameServer(SeededRandom& random);
  /// For longer than its lease, and then it goes on.
  void PauseWorker(std::size_t number);
  void PauseGameServer(SeededRandom& random);

  [[nodiscard]] std::string ApiAddress(std::size_t number);
  [[nodiscard]] HttpClient& http() { return http_; }
  /// By all game servers, as they tell it.
  [[nodiscard]] std::size_t SeatsHeld();
  /// Processes of game servers without a record; ends the makers to count them.
  [[nodiscard]] std::size_t GameServersNobodyKnows();

  static constexpr std::size_t kMakers = 2;  // Of each role.

 private:
  [[nodiscard]] std::unique_ptr<RunningServer> Start(const char* role);
  [[nodiscard]] pid_t SomeGameServer(SeededRandom& random);

  TemporaryDirectory folder_;
  RedisServer redis_{{"--appendonly", "yes", "--appendfsync", "always"}};
  http::CurlClient http_{{.max_connections_per_host = 256}};
  std::mutex mutex_;  // Guards what follows.
  std::array<std::unique_ptr<RunningServer>, kMakers> apis_;
  std::array<std::unique_ptr<RunningServer>, kMakers> workers_;
};

/// A client of the maker who goes where it is sent. Threads: one at a time.
class MakerGuest {
 public:
  MakerGuest(MakerWorld& world, std::string name) : world_(world), name_(std::move(name)) {}

  /// Asks either API, again after every fault, until a game server lets it in; gives up after a minute.
  void AskUntilLetIn(SeededRandom& random);
  /// Leaves the game server, and gives the request up.
  void Leave();

  [[nodiscard]] bool IsIn() const { return link_ != nullptr; }
  /// The same, by asking the game server; whoever is in no more has no link either.
  [[nodiscard]] bool IsStillIn();
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::string& last_answer() const { return last_answer_; }
  [[nodiscard]] const std::vector<std::chrono::milliseconds>& waits() const { return waits_; }
  [[nodiscard]] std::size_t sent_in_vain() const { return sent_in_vain_; }

 private:
  /// Nothing if there was no answer.
  std::optional<HttpReply> Call(const std::string& method, std::size_t api, const std::string& query = "");
  bool Enter(const std::string& address);

  MakerWorld& world_;
  const std::string name_;
  std::unique_ptr<TcpPeer> link_;
  std::string last_answer_;
  std::vector<std::chrono::milliseconds> waits_;
  std::size_t sent_in_vain_ = 0;  // To servers that did not let it in: they had just died.
};

[[nodiscard]] std::vector<std::unique_ptr<MakerGuest>> MakeGuests(MakerWorld& world, std::size_t count);
/// How long they waited, for people.
[[nodiscard]] std::string SummaryOf(const std::vector<std::unique_ptr<MakerGuest>>& guests);

}  // namespace oofgg::testing
