#include "oofgg/game_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <mutex>
#include <string>
#include <vector>

#include "http/curl_client.h"
#include "oofgg/random.h"
#include "oofgg/testing/fake_clock.h"

namespace oofgg {
namespace {

using ::testing::HasSubstr;

auth::SigningKey NewKey() { return *auth::SigningKey::Generate(); }

class GameServerTest : public ::testing::Test {
 protected:
  GameServerTest() { Start({}); }

  void Start(std::string server_id, std::uint32_t slots = 2) {
    GameServerOptions options;
    options.control_listen = "127.0.0.1:0";
    options.slots = slots;
    options.server_id = std::move(server_id);
    options.maker_keys = *signer_.PublicKeys();
    options.on_revoked = [this](std::string_view player) {
      const std::lock_guard lock(mutex_);
      revoked_.emplace_back(player);
    };
    server_ = *GameServer::Start(
        options, [this](std::string_view reason) { closed_.set_value(std::string(reason)); }, clock_);
  }

  HttpReply Ask(const std::string& method, const std::string& path) {
    auto reply = http::Fetch(
        http_,
        {.method = method, .url = "http://127.0.0.1:" + std::to_string(server_->control_port()) + path});
    EXPECT_TRUE(reply.ok()) << method << " " << path << ": " << reply.status();
    return reply.ok() ? *reply : HttpReply{};
  }

  std::string Ticket(const std::string& player, const std::string& server = "server-1") {
    return *signer_.Sign({.player_id = player, .match_id = "match-1", .server_id = server});
  }

  ::oofgg::testing::FakeClock clock_;
  auth::JoinTicketSigner signer_{NewKey(), clock_, RandomSource::System()};
  http::CurlClient http_;
  std::promise<std::string> closed_;
  std::mutex mutex_;
  std::vector<std::string> revoked_;  // Guarded by mutex_.
  std::unique_ptr<GameServer> server_;
};

TEST_F(GameServerTest, ServesTheReservationApi) {
  EXPECT_EQ(Ask("GET", "/reservation/ann").status, 404);
  EXPECT_EQ(Ask("POST", "/reservation/ann").status, 200);
  EXPECT_EQ(Ask("GET", "/reservation/ann").status, 200);
  EXPECT_EQ(Ask("POST", "/reservation/bob").status, 200);
  EXPECT_EQ(Ask("POST", "/reservation/cid").status, 403);
  EXPECT_EQ(Ask("POST", "/reservation/ann").status, 200) << "who is in stays in";
  EXPECT_EQ(Ask("GET", "/status").body, "{\"slots\":2,\"reserved\":2,\"players\":0}\n");
  EXPECT_EQ(Ask("DELETE", "/reservation/ann").status, 200);
  EXPECT_EQ(Ask("POST", "/reservation/cid").status, 200);
}

TEST_F(GameServerTest, TakesAnyClientIdThatAPathCanCarry) {
  for (const char* id : {"Bearer%20abc", "a%2Fb", "%2E%2E", "j%C3%BCrgen", "a:b@c;d=e,f+g"}) {
    server_->PlayerLeft("Bearer abc");
    EXPECT_EQ(Ask("POST", std::string("/reservation/") + id).status, 200) << id;
    EXPECT_EQ(Ask("GET", std::string("/reservation/") + id).status, 200) << id;
    EXPECT_EQ(Ask("DELETE", std::string("/reservation/") + id).status, 200) << id;
  }
}

TEST_F(GameServerTest, AnswersBadRequestsWithWhatHttpSaysTheyAre) {
  struct Row {
    const char* method;
    std::string path;
    int status;
  };
  const Row rows[] = {
      {"GET", "/", 404},
      {"GET", "/nothing", 404},
      {"POST", "/reservation/", 400},
      {"POST", "/reservation/" + std::string(4001, 'a'), 400},
      {"POST", "/reservation/a/b", 404},
      {"PUT", "/reservation/ann", 405},
      {"PATCH", "/reservation/ann", 405},
      {"POST", "/status", 405},
      {"GET", "/close", 405},
      {"POST", "/reservation/%zz", 400},
      {"POST", "/reservation/%00", 400},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(Ask(row.method, row.path).status, row.status) << row.method << " " << row.path.substr(0, 40);
  }
  EXPECT_EQ(server_->load().reserved, 0U) << "a refused request must leave nothing behind";
}

TEST_F(GameServerTest, AdmitsAReservedPlayerOnceByTicket) {
  Start("server-1");
  EXPECT_EQ(server_->Admit(Ticket("ann")).status().code(), StatusCode::kNotFound) << "no seat yet";
  ASSERT_EQ(Ask("POST", "/reservation/ann").status, 200);
  const std::string ticket = Ticket("ann");
  const auto admitted = server_->Admit(ticket);
  ASSERT_TRUE(admitted.ok()) << admitted.status();
  EXPECT_EQ(admitted->player_id, "ann");
  EXPECT_EQ(admitted->match_id, "match-1");
  EXPECT_EQ(server_->load().players, 1U);
  server_->PlayerLeft("ann");
  EXPECT_EQ(server_->Admit(Ticket("ann")).status().code(), StatusCode::kNotFound) << "the seat is gone";
  ASSERT_EQ(Ask("POST", "/reservation/ann").status, 200);
  EXPECT_EQ(server_->Admit(ticket).status().code(), StatusCode::kAlreadyExists)
      << "and the next needs its own";
  EXPECT_TRUE(server_->Admit(Ticket("ann")).ok());
}

TEST_F(GameServerTest, OneThatRegistersLearnsTheKeysLater) {
  GameServerOptions options;
  options.control_listen = "127.0.0.1:0";
  options.server_id = "metal.run1";
  EXPECT_EQ(GameServer::Start(options, {}, clock_).status().code(), StatusCode::kInvalidArgument);
  options.registers = true;
  server_ = *GameServer::Start(options, {}, clock_);
  ASSERT_EQ(Ask("POST", "/reservation/ann").status, 200);
  const std::string ticket = Ticket("ann", "metal.run1");
  EXPECT_EQ(server_->Admit(ticket).status().code(), StatusCode::kUnauthenticated);
  server_->SetMakerKeys(*signer_.PublicKeys());
  EXPECT_TRUE(server_->Admit(ticket).ok());
}

TEST_F(GameServerTest, ATicketThatCameTooLateIsGoodForTheNextSeat) {
  Start("server-1");
  const std::string ticket = Ticket("ann");
  ASSERT_EQ(Ask("POST", "/reservation/ann").status, 200);
  clock_.Advance(std::chrono::seconds(30));
  ASSERT_EQ(server_->Admit(ticket).status().code(), StatusCode::kNotFound) << "the seat has lapsed";
  ASSERT_EQ(Ask("POST", "/reservation/ann").status, 200);
  const auto admitted = server_->Admit(ticket);
  EXPECT_TRUE(admitted.ok()) << admitted.status();
}

TEST_F(GameServerTest, ATicketIsGoodForOneUseAndANewOneLeadsBackToTheSeat) {
  Start("server-1");
  ASSERT_EQ(Ask("POST", "/reservation/ann").status, 200);
  const std::string ticket = Ticket("ann");
  ASSERT_TRUE(server_->Admit(ticket).ok());
  EXPECT_EQ(server_->Admit(ticket).status().code(), StatusCode::kAlreadyExists);
  EXPECT_TRUE(server_->Admit(Ticket("ann")).ok()) << "the link was lost, and the maker gave another";
  EXPECT_EQ(server_->load(), (GameServerLoad{.slots = 2, .reserved = 1, .players = 1}));
}

TEST_F(GameServerTest, TellsTheGameWhoseSeatWasGivenAway) {
  for (const char* player : {"ann", "bob"}) {
    ASSERT_EQ(Ask("POST", std::string("/reservation/") + player).status, 200);
  }
  ASSERT_TRUE(server_->AdmitWithoutTicket("ann").ok());
  EXPECT_TRUE(server_->IsSeated("ann"));
  EXPECT_FALSE(server_->IsSeated("bob")) << "reserved only";
  for (const char* player : {"ann", "bob", "cid", "ann"}) {
    EXPECT_EQ(Ask("DELETE", std::string("/reservation/") + player).status, 200);
  }
  const std::lock_guard lock(mutex_);
  EXPECT_EQ(revoked_, std::vector<std::string>{"ann"}) << "who is not here has no link to close";
  EXPECT_FALSE(server_->IsSeated("ann"));
}

TEST_F(GameServerTest, ALinkThatEndsLateDoesNotTakeTheNextReservation) {
  ASSERT_EQ(Ask("POST", "/reservation/ann").status, 200);
  ASSERT_TRUE(server_->AdmitWithoutTicket("ann").ok());
  ASSERT_EQ(Ask("DELETE", "/reservation/ann").status, 200);
  ASSERT_EQ(Ask("POST", "/reservation/ann").status, 200);
  server_->PlayerLeft("ann");
  EXPECT_EQ(Ask("GET", "/reservation/ann").status, 200);
}

TEST_F(GameServerTest, RefusesTicketsThatAreNotForIt) {
  Start("server-1");
  ASSERT_EQ(Ask("POST", "/reservation/ann").status, 200);
  auth::JoinTicketSigner stranger(NewKey(), clock_, RandomSource::System());
  const std::string forged = *stranger.Sign({.player_id = "ann", .match_id = "m", .server_id = "server-1"});
  for (const std::string& ticket : {std::string(), std::string("x.y.z"), forged, Ticket("ann", "server-2")}) {
    EXPECT_EQ(server_->Admit(ticket).status().code(), StatusCode::kUnauthenticated) << ticket.substr(0, 8);
  }
  EXPECT_EQ(server_->AdmitWithoutTicket("ann").code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(server_->load().players, 0U);
}

TEST_F(GameServerTest, WithoutAMakerTakesPlayersOnTheirReservation) {
  EXPECT_EQ(server_->AdmitWithoutTicket("ann").code(), StatusCode::kNotFound);
  ASSERT_EQ(Ask("POST", "/reservation/ann").status, 200);
  EXPECT_TRUE(server_->AdmitWithoutTicket("ann").ok());
  server_->PlayerLeft("ann");
  EXPECT_EQ(server_->load(), (GameServerLoad{.slots = 2, .reserved = 0, .players = 0}));
}

TEST_F(GameServerTest, ClosesWhenToldAndThenSeatsNobody) {
  EXPECT_EQ(Ask("POST", "/close").status, 200);
  EXPECT_EQ(closed_.get_future().get(), "the maker closed this server");
  EXPECT_EQ(Ask("POST", "/reservation/ann").status, 403);
}

TEST(GameServerOptions, NamesTheVariableThatIsWrong) {
  struct Row {
    const char* variable;
    const char* value;
  };
  for (const Row& row : {Row{"OOFGG_SLOTS", "0"}, Row{"OOFGG_SLOTS", "many"}, Row{"OOFGG_MAKER_JWKS", "{}"},
                         Row{"OOFGG_JOIN_TIMEOUT", "soon"}, Row{"OOFGG_IDLE_TIMEOUT", "5"}}) {
    setenv(row.variable, row.value, 1);
    const auto options = GameServerOptions::FromEnvironment();
    unsetenv(row.variable);
    ASSERT_FALSE(options.ok()) << row.variable << "=" << row.value;
    EXPECT_THAT(std::string(options.status().message()), HasSubstr(row.variable));
  }
}

TEST(GameServerStart, RefusesWhatCouldNotWork) {
  GameServerOptions options;
  options.slots = 0;
  EXPECT_EQ(GameServer::Start(options, nullptr).status().code(), StatusCode::kInvalidArgument);
  options.slots = 1;
  options.server_id = "server-1";
  EXPECT_EQ(GameServer::Start(options, nullptr).status().code(), StatusCode::kInvalidArgument)
      << "tickets without keys to verify them";
  options.server_id = "";
  options.control_listen = "nowhere";
  EXPECT_EQ(GameServer::Start(options, nullptr).status().code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace oofgg
