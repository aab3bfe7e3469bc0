// What operators see of the programs: metrics, the dashboard made of them, and logs.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "tests/integration/servers/running_server.h"
#include "tests/support/inbox.h"

namespace oofgg::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string ReadProjectFile(const std::string& path) {
  std::ifstream file(std::string(OOFGG_SOURCE_DIR "/") + path);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

class ObservabilityTest : public ::testing::Test {
 protected:
  ObservabilityTest() { AdoptOrphans(); }
  ~ObservabilityTest() override {
    game_.reset();
    maker_.reset();
    auth_.reset();
    EndOrphans();
  }

  void Start(const std::vector<std::string>& more = {}) {
    auth_ = StartAuth(folder_, more);
    std::vector<std::string> makers = {"--jwks", JwksUrl(*auth_)};
    makers.insert(makers.end(), more.begin(), more.end());
    maker_ = StartMaker(folder_, makers);
    std::vector<std::string> games = {"--games", "arena=Arena", "--maker", maker_->address("grpc")};
    games.insert(games.end(), more.begin(), more.end());
    game_ = StartGame(folder_, *auth_, games);
  }

  /// Two players meet on a game server.
  void Play() {
    std::vector<std::unique_ptr<Client>> players;
    std::vector<std::string> sessions;
    for (const char* name : {"ann", "bob"}) {
      players.push_back(SignUp(name, *auth_, game_.get(), maker_.get()));
      const auto joined =
          players.back()->games().JoinLeave({.game_id = "arena", .action = JoinLeaveAction::kJoin});
      ASSERT_TRUE(joined.ok()) << joined.status();
      sessions.push_back(joined->id);
    }
    for (std::size_t i = 0; i < players.size(); ++i) {
      Inbox<bool> started;
      auto watch = players[i]->games().WatchQueue(sessions[i], [&](const StatusOr<Session>& session) {
        if (!session.ok() || session->state == SessionState::kStarted) started.Put(session.ok());
      });
      ASSERT_EQ(started.Next(), true);
    }
  }

  std::string Scrape(const RunningServer& server) {
    const auto reply =
        http::Fetch(http_, {.method = "GET", .url = "http://" + server.address("ops") + "/metrics"});
    EXPECT_TRUE(reply.ok()) << reply.status();
    return reply.ok() ? reply->body : std::string();
  }

  /// The names that a query may use, of all three servers.
  std::set<std::string> Metrics() {
    std::set<std::string> names;
    for (const RunningServer* server : {auth_.get(), game_.get(), maker_.get()}) {
      std::istringstream lines(Scrape(*server));
      for (std::string line; std::getline(lines, line);) {
        if (!line.empty() && line[0] != '#') names.insert(line.substr(0, line.find_first_of("{ ")));
      }
    }
    return names;
  }

  TemporaryDirectory folder_;
  http::CurlClient http_;
  std::unique_ptr<RunningServer> auth_;
  std::unique_ptr<RunningServer> maker_;
  std::unique_ptr<RunningServer> game_;
};

TEST_F(ObservabilityTest, TheDashboardAsksForWhatThereIs) {
  Start();
  Play();
  std::set<std::string> metrics = Metrics();
  metrics.insert({"up",  // Prometheus's own, and what there is with --auth or Kafka only.
                  "oofgg_revocation_silence_seconds", "oofgg_event_log_spool_bytes",
                  "oofgg_event_log_oldest_wait_seconds", "oofgg_event_log_shipped_total",
                  "oofgg_event_log_refusals_total"});
  const auto dashboard = nlohmann::json::parse(ReadProjectFile("servers/grafana/oofgg.json"), nullptr, false);
  ASSERT_TRUE(dashboard.is_object());
  const std::regex name("([a-z_]+)\\{");
  std::set<std::string> missing;
  int queries = 0;
  for (const auto& panel : dashboard["panels"]) {
    for (const auto& target : panel.value("targets", nlohmann::json::array())) {
      const std::string query = target["expr"];
      for (std::sregex_iterator match(query.begin(), query.end(), name), end; match != end; ++match) {
        ++queries;
        const std::string metric = (*match)[1];
        if (metrics.count(metric) == 0) missing.insert(metric);
      }
    }
  }
  EXPECT_GT(queries, 20);
  EXPECT_THAT(missing, IsEmpty());
}

TEST_F(ObservabilityTest, TheDocsNameEachMetric) {
  Start();
  Play();
  const std::string docs = ReadProjectFile("docs/operations.md");
  std::set<std::string> missing;
  for (const std::string& metric : Metrics()) {
    const std::string name = std::regex_replace(metric, std::regex("_(bucket|sum|count)$"), "");
    if (docs.find("`" + name + "`") == std::string::npos) missing.insert(name);
  }
  EXPECT_THAT(missing, IsEmpty());
}

TEST_F(ObservabilityTest, JsonLogsAreObjectsWithRequestIdsAndNoSecrets) {
  Start({"--log-format", "json", "--verbose"});
  Play();
  const auto client = SignUp("cid", *auth_, game_.get(), maker_.get());
  int with_id = 0;
  for (RunningServer* server : {auth_.get(), game_.get(), maker_.get()}) {
    EXPECT_EQ(server->Terminate(), 0);
    const std::string& log = server->process().errors();
    EXPECT_THAT(log, Not(HasSubstr(kPassword)));
    EXPECT_THAT(log, Not(HasSubstr("eyJ"))) << "a JWT";
    std::istringstream lines(log);
    for (std::string line; std::getline(lines, line);) {
      const auto object = nlohmann::json::parse(line, nullptr, false);
      ASSERT_TRUE(object.is_object()) << line;
      for (const char* key : {"time", "level", "program", "room", "message"}) {
        EXPECT_TRUE(object.contains(key)) << line;
      }
      if (object.contains("request_id")) ++with_id;
    }
  }
  EXPECT_GE(with_id, 5);
}

}  // namespace
}  // namespace oofgg::testing
