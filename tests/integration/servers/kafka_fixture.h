#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <fstream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/integration/servers/running_server.h"
#include "tests/support/eventually.h"
#include "tests/support/kafka_server.h"
#include "tests/support/kafka_topic.h"

namespace oofgg::testing {

inline double SecondsSince(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// A line of /proc/PID/status, in MiB.
inline double MebibytesOf(pid_t pid, const std::string& name) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string word; status >> word;) {
    double kibibytes = 0;
    if (word == name + ":" && status >> kibibytes) return kibibytes / 1024;
  }
  return 0;
}

/// A player who submits scores 1, 2, 3 … until told to stop; the first error ends it too.
class Submitter {
 public:
  Submitter(std::unique_ptr<Client> client, std::chrono::milliseconds pause)
      : client_(std::move(client)), pause_(pause) {
    Begin();
  }
  ~Submitter() { Stop(); }
  Submitter(const Submitter&) = delete;
  Submitter& operator=(const Submitter&) = delete;

  void Stop() {
    is_stopped_ = true;
    if (thread_.joinable()) thread_.join();
  }
  /// Goes on after an error.
  void Resume() {
    Stop();
    failure_ = Status();
    Begin();
  }
  [[nodiscard]] Client& client() const { return *client_; }
  [[nodiscard]] std::string player() const { return client_->tokens().user_id; }
  [[nodiscard]] std::int64_t acknowledged() const { return acknowledged_; }
  [[nodiscard]] bool has_ended() const { return has_ended_; }
  /// Once it has ended.
  [[nodiscard]] const Status& failure() const { return failure_; }
  [[nodiscard]] double slowest_ms() const { return slowest_ms_; }

 private:
  void Begin() {
    is_stopped_ = false;
    has_ended_ = false;
    thread_ = std::thread([this] { Run(); });
  }
  void Run() {
    while (!is_stopped_ && failure_.ok()) {
      CallOptions patiently;
      patiently.timeout = kPatience;
      ScoreSubmission score;
      score.game_id = "arena";
      score.value = acknowledged_ + 1;
      const auto begin = std::chrono::steady_clock::now();
      failure_ = client_->scores().SubmitScore(score, patiently).status();
      slowest_ms_ = (std::max)(slowest_ms_, SecondsSince(begin) * 1000);
      if (failure_.ok()) ++acknowledged_;
      std::this_thread::sleep_for(pause_);
    }
    has_ended_ = true;
  }

  const std::unique_ptr<Client> client_;
  const std::chrono::milliseconds pause_;
  std::atomic<bool> is_stopped_ = false;
  std::atomic<bool> has_ended_ = false;
  std::atomic<std::int64_t> acknowledged_ = 0;
  Status failure_;
  double slowest_ms_ = 0;
  std::thread thread_;
};

/// The servers over one Kafka, which all tests of the program share and leave running. oofgg-auth reaches it
/// under TLS and with a password, the others in plaintext.
class KafkaServersTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const std::string missing = KafkaServer::Missing(); !missing.empty()) GTEST_SKIP() << missing;
    kafka_ = &KafkaServer::Shared();
    auth_ = StartAuth(folder_, {"--kafka", kafka_->secure_address(), "--kafka-config",
                                WriteConfig(kafka_->SecureProperties())});
  }
  ~KafkaServersTest() override {
    submitters_.clear();
    game_.reset();
    maker_.reset();
    for (const auto& record : GameServersOf(folder_)) kill(record.pid, SIGKILL);
  }

  std::string WriteConfig(const std::string& properties) const {
    const std::string path = folder_ / "kafka.properties";
    ReplaceFile(path, properties);
    return path;
  }
  void StartTheGame(const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {"--kafka", kafka_->address(), "--games", "arena=Arena"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    game_ = StartGame(folder_, *auth_, std::move(arguments));
  }
  void StartTheMaker() {
    maker_ = StartMaker(folder_, {"--jwks", JwksUrl(*auth_), "--kafka", kafka_->address()});
  }

  static std::string Fetch(const RunningServer& server, const std::string& page) {
    http::CurlClient client;
    const auto reply = http::Fetch(client, {.url = "http://" + server.address("ops") + page});
    return reply.ok() && reply->status == 200 ? reply->body : "";
  }
  static double Metric(const RunningServer& server, const std::string& name) {
    const std::string metrics = Fetch(server, "/metrics");
    const std::size_t at = metrics.find("\n" + name + " ");
    return at == std::string::npos ? -1 : std::stod(metrics.substr(at + name.size() + 2));
  }
  static bool AllIsShipped(const RunningServer& server) {
    return Eventually([&server] { return Metric(server, "oofgg_event_log_spool_bytes") == 0; });
  }
  double MemoryNow() { return MebibytesOf(game_->process().pid(), "VmRSS"); }

  std::int64_t Acknowledged() const {
    std::int64_t sum = 0;
    for (const auto& each : submitters_) sum += each->acknowledged();
    return sum;
  }
  /// Until the load has come so much further.
  void AwaitMore(std::int64_t scores) {
    const std::int64_t before = Acknowledged();
    ASSERT_TRUE(Eventually([&] { return Acknowledged() >= before + scores; }));
  }
  void StartLoad(int players, std::chrono::milliseconds pause, const ClientOptions& options = {}) {
    for (int i = 0; i < players; ++i) {
      // Guests, as a password takes a hash, for which a busy machine has no time.
      auto client = ClientOf(auth_.get(), game_.get(), nullptr, options);
      const auto guest = client->account().GuestLogin({NewDeviceSecret()});
      ASSERT_TRUE(guest.ok()) << guest.status();
      submitters_.push_back(std::make_unique<Submitter>(std::move(client), pause));
    }
  }
  /// What was acknowledged, and nothing else of these players'.
  void ExpectEveryScoreOnceAndInOrder() {
    std::map<std::string, std::vector<std::int64_t>> values;
    std::set<std::string> ids;
    std::int64_t messages = 0;
    std::set<std::string> ours;
    for (const auto& each : submitters_) ours.insert(each->player());
    for (const KafkaMessage& message : ReadTopics(kafka_->address(), {"oofgg.scores"})) {
      if (ours.count(message.key) == 0) continue;
      ++messages;
      const auto record = nlohmann::json::parse(message.value);
      if (ids.insert(record.at("id")).second) values[message.key].push_back(record.at("value"));
    }
    for (const auto& each : submitters_) {
      const auto& found = values[each->player()];
      ASSERT_EQ(static_cast<std::int64_t>(found.size()), each->acknowledged());
      for (std::size_t i = 0; i < found.size(); ++i) ASSERT_EQ(found[i], static_cast<std::int64_t>(i) + 1);
    }
    std::printf("kafka: %lld messages, of them %lld repeats\n", static_cast<long long>(messages),
                static_cast<long long>(messages - Acknowledged()));
  }
  /// How many records of the topic are of that kind and have `key`.
  std::int64_t CountRecords(const std::string& topic, const std::string& kind, const std::string& key) {
    std::set<std::string> ids;
    for (const KafkaMessage& message : ReadTopics(kafka_->address(), {topic})) {
      const auto record = nlohmann::json::parse(message.value);
      if (record.at("kind") == kind && message.key == key) ids.insert(record.at("id"));
    }
    return static_cast<std::int64_t>(ids.size());
  }

  const TemporaryDirectory folder_;
  KafkaServer* kafka_ = nullptr;
  std::unique_ptr<RunningServer> auth_;
  std::unique_ptr<RunningServer> maker_;
  std::unique_ptr<RunningServer> game_;
  std::vector<std::unique_ptr<Submitter>> submitters_;
};

}  // namespace oofgg::testing
