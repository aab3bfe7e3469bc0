#include "arena_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "oofgg/auth/join_ticket.h"
#include "oofgg/random.h"
#include "tests/support/tcp_peer.h"

namespace arena {
namespace {

using nlohmann::json;
using ::oofgg::testing::TcpPeer;
using ::testing::HasSubstr;
using ::testing::Optional;

class ArenaServerTest : public ::testing::Test {
 protected:
  explicit ArenaServerTest(oofgg::GameServerOptions options = {}) {
    options.on_revoked = [this](std::string_view player) {
      boost::asio::post(io_, [this, id = std::string(player)] { server_->Revoke(id); });
    };
    options.control_listen = "127.0.0.1:0";
    options.slots = 2;
    seats_ = *oofgg::GameServer::Start(options, nullptr);
    server_ = *ArenaServer::Listen(io_, "127.0.0.1", 0, *seats_,
                                   {.width = 6, .height = 6, .coins_on_grid = 5, .coins_to_win = 2});
    thread_ = std::thread([this] { io_.run(); });
  }
  ~ArenaServerTest() override {
    io_.stop();
    thread_.join();
  }

  /// As the maker does.
  void Reserve(const std::string& player) { Ask("POST", player); }
  void Ask(const std::string& method, const std::string& player) {
    TcpPeer control("127.0.0.1:" + std::to_string(seats_->control_port()));
    ASSERT_TRUE(control.Send(method + " /reservation/" + player +
                             " HTTP/1.1\r\nHost: arena\r\nConnection: close\r\n\r\n"));
    ASSERT_THAT(control.ReadToEnd(), Optional(HasSubstr("200 OK")));
  }

  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(server_->port()); }

  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
  std::unique_ptr<oofgg::GameServer> seats_;
  std::unique_ptr<ArenaServer> server_;
  std::thread thread_;
};

json Next(TcpPeer& peer, const std::string& type) {
  const auto line = peer.ReadLineWith("\"type\":\"" + type + "\"");
  return line.has_value() ? json::parse(*line, nullptr, false) : json();
}

std::string Hello(const std::string& player) { return json{{"player", player}}.dump() + "\n"; }
std::string Step(const std::string& move) { return json{{"move", move}}.dump() + "\n"; }

TEST_F(ArenaServerTest, WelcomesWhoHasASeat) {
  Reserve("ann");
  TcpPeer ann(address());
  ASSERT_TRUE(ann.Send(Hello("ann")));
  const json welcome = Next(ann, "welcome");
  EXPECT_EQ(welcome.value("you", ""), "ann");
  EXPECT_EQ(welcome.value("width", 0), 6);
  EXPECT_EQ(welcome.value("coins_to_win", 0), 2);
  const json state = Next(ann, "state");
  EXPECT_TRUE(state["players"].contains("ann"));
  EXPECT_EQ(state["coins"].size(), 5U);
}

TEST_F(ArenaServerTest, OnlyThoseWithASeatComeIn) {
  Reserve("ann");
  Reserve("bob");
  for (const std::string& hello :
       {Hello("cid"), Hello(""), std::string("{}\n"), std::string("{\"player\":1}\n"),
        std::string("{\"ticket\":\"no.ticket.atall\"}\n")}) {
    TcpPeer stranger(address());
    ASSERT_TRUE(stranger.Send(hello));
    EXPECT_THAT(stranger.ReadToEnd(), Optional(HasSubstr("\"type\":\"error\""))) << hello;
  }
  TcpPeer ann(address());
  ASSERT_TRUE(ann.Send(Hello("ann")));
  EXPECT_TRUE(Next(ann, "welcome").is_object());
}

TEST_F(ArenaServerTest, BadLinesEndTheirOwnConnectionOnly) {
  Reserve("ann");
  TcpPeer ann(address());
  ASSERT_TRUE(ann.Send(Hello("ann")));
  ASSERT_TRUE(Next(ann, "state").is_object());
  for (const std::string& bad :
       {std::string("hello\n"), std::string("[]\n"), std::string("{\"player\":\n"), std::string("\n"),
        std::string("\x00\xff\xfe\n", 4), "{\"player\":\"" + std::string(5'000, 'x') + "\"}\n",
        std::string(100'000, 'x')}) {
    TcpPeer peer(address());
    peer.Send(bad);
    const auto said = peer.ReadToEnd();
    ASSERT_TRUE(said.has_value()) << bad.substr(0, 20);
    EXPECT_THAT(*said, ::testing::AnyOf("", HasSubstr("no JSON object"))) << bad.substr(0, 20);
  }
  ASSERT_TRUE(ann.Send(Step("sideways") + "{\"move\":1}\n{}\n"));
  for (int i = 0; i < 3; ++i) EXPECT_THAT(Next(ann, "error").value("error", ""), HasSubstr("move is up"));
  ASSERT_TRUE(ann.Send(Step("up")));
  EXPECT_TRUE(Next(ann, "state").is_object()) << "a wrong word in the game does not end it";
}

TEST_F(ArenaServerTest, PlayersSeeEachOtherComeMoveAndGo) {
  Reserve("ann");
  Reserve("bob");
  TcpPeer ann(address());
  ASSERT_TRUE(ann.Send(Hello("ann")));
  ASSERT_TRUE(Next(ann, "state").is_object());
  {
    TcpPeer bob(address());
    ASSERT_TRUE(bob.Send(Hello("bob")));
    const json before = Next(ann, "state")["players"];
    ASSERT_TRUE(before.contains("bob"));
    // Two ways are never both walls, but ann may stand in one: of four steps at least one moves him.
    for (const char* move : {"up", "down", "left", "right"}) ASSERT_TRUE(bob.Send(Step(move)));
    EXPECT_NE(Next(ann, "state")["players"]["bob"], before["bob"]);
  }
  const auto gone = ann.ReadLineWith("\"players\":{\"ann\":{");
  ASSERT_TRUE(gone.has_value());
  json state = json::parse(*gone, nullptr, false);
  while (state["players"].contains("bob")) {
    state = Next(ann, "state");
    ASSERT_TRUE(state.is_object());
  }
  EXPECT_EQ(state["players"].size(), 1U);
}

TEST_F(ArenaServerTest, WhoComesBackBeforeTheOldLinkIsKnownDeadKeepsTheSeat) {
  Reserve("ann");
  TcpPeer old(address());
  ASSERT_TRUE(old.Send(Hello("ann")));
  const json before = Next(old, "state")["players"]["ann"];
  TcpPeer fresh(address());
  ASSERT_TRUE(fresh.Send(Hello("ann")));
  EXPECT_EQ(Next(fresh, "state")["players"]["ann"], before);
  EXPECT_TRUE(old.ReadToEnd().has_value()) << "replaced";
  ASSERT_TRUE(fresh.Send(Step("sideways")));
  EXPECT_TRUE(Next(fresh, "error").is_object());
}

TEST_F(ArenaServerTest, WhoseSeatIsGivenAwayIsShownOut) {
  Reserve("ann");
  Reserve("bob");
  TcpPeer ann(address());
  ASSERT_TRUE(ann.Send(Hello("ann")));
  ASSERT_TRUE(Next(ann, "state").is_object());
  Ask("DELETE", "ann");
  Reserve("cid");  // Ann's, of two.
  const auto last_words = ann.ReadToEnd();
  ASSERT_TRUE(last_words.has_value()) << "the link is open still";
  EXPECT_THAT(*last_words, HasSubstr("your seat was given away"));
  TcpPeer cid(address());
  ASSERT_TRUE(cid.Send(Hello("cid")));
  const json state = Next(cid, "state");
  EXPECT_FALSE(state["players"].contains("ann"));
  EXPECT_EQ(seats_->load(), (oofgg::GameServerLoad{.slots = 2, .reserved = 2, .players = 1}));
}

TEST_F(ArenaServerTest, ARevokedPlayerWhoHasANewSeatAlreadyStays) {
  Reserve("ann");
  TcpPeer ann(address());
  ASSERT_TRUE(ann.Send(Hello("ann")));
  ASSERT_TRUE(Next(ann, "state").is_object());
  boost::asio::post(io_, [this] { server_->Revoke("ann"); });  // Of the seat before this one.
  ASSERT_TRUE(ann.Send(Step("sideways")));
  EXPECT_TRUE(Next(ann, "error").is_object());
  EXPECT_TRUE(seats_->IsSeated("ann"));
}

const oofgg::auth::JoinTicketSigner& Maker() {
  static const oofgg::auth::JoinTicketSigner maker(*oofgg::auth::SigningKey::Generate(),
                                                   oofgg::Clock::System(), oofgg::RandomSource::System());
  return maker;
}

class ArenaTicketTest : public ArenaServerTest {
 protected:
  ArenaTicketTest() : ArenaServerTest(Options()) {}

  static oofgg::GameServerOptions Options() {
    oofgg::GameServerOptions options;
    options.server_id = "arena-1";
    options.maker_keys = *Maker().PublicKeys();
    return options;
  }
  static std::string Ticket(const std::string& match) {
    const auto ticket = Maker().Sign({.player_id = "ann", .match_id = match, .server_id = "arena-1"});
    return json{{"ticket", *ticket}}.dump() + "\n";
  }
};

TEST_F(ArenaTicketTest, ADroppedLinkComesBackOnANewTicket) {
  Reserve("ann");
  TcpPeer old(address());
  ASSERT_TRUE(old.Send(Ticket("match-1")));
  const json before = Next(old, "state")["players"]["ann"];
  TcpPeer fresh(address());
  ASSERT_TRUE(fresh.Send(Ticket("match-1")));
  EXPECT_EQ(Next(fresh, "state")["players"]["ann"], before);
  EXPECT_TRUE(old.ReadToEnd().has_value()) << "replaced";
  EXPECT_EQ(seats_->load().players, 1U) << "its end frees nothing";
}

TEST_F(ArenaTicketTest, ATicketForTheNextMatchEndsTheLinkToTheLastOne) {
  Reserve("ann");
  TcpPeer old(address());
  ASSERT_TRUE(old.Send(Ticket("match-1")));
  ASSERT_TRUE(Next(old, "state").is_object());
  TcpPeer fresh(address());
  ASSERT_TRUE(fresh.Send(Ticket("match-2")));
  ASSERT_TRUE(Next(fresh, "state").is_object());
  EXPECT_TRUE(old.ReadToEnd().has_value());
  EXPECT_TRUE(seats_->IsSeated("ann"));
}

TEST_F(ArenaServerTest, AllInterfacesAreThoseOfBothFamilies) {
  const auto everywhere = ArenaServer::Listen(io_, "", 0, *seats_, {});
  ASSERT_TRUE(everywhere.ok()) << everywhere.status();
  using boost::asio::ip::tcp;
  boost::asio::io_context io;
  boost::system::error_code error;
  tcp::acceptor probe(io);
  for (const char* host : {"127.0.0.1", "::1"}) {
    const auto address = boost::asio::ip::make_address(host);
    probe.open(tcp::endpoint(address, 0).protocol(), error);
    if (!error) probe.bind({address, 0}, error);
    probe.close();
    if (error) continue;  // This machine has no such family.
    tcp::socket(io).connect({address, (*everywhere)->port()}, error);
    EXPECT_FALSE(error) << host << ": " << error.message();
  }
}

TEST_F(ArenaServerTest, TheFirstWithEnoughCoinsWins) {
  Reserve("ann");
  TcpPeer ann(address());
  ASSERT_TRUE(ann.Send(Hello("ann")));
  json state = Next(ann, "state");
  for (int steps = 0; steps < 30; ++steps) {  // Two coins on six by six are at most twenty steps away.
    const json& me = state["players"]["ann"];
    if (me.value("coins", 0) == 2) break;
    const json& coin = state["coins"][0];
    const int dx = coin[0].get<int>() - me.value("x", 0);
    const int dy = coin[1].get<int>() - me.value("y", 0);
    ASSERT_TRUE(ann.Send(Step(dx > 0 ? "right" : dx < 0 ? "left" : dy > 0 ? "down" : "up")));
    state = Next(ann, "state");
    ASSERT_TRUE(state.is_object());
  }
  EXPECT_EQ(Next(ann, "finished").value("winner", ""), "ann");
}

TEST_F(ArenaServerTest, AFloodOfMovesIsSlowedDown) {
  Reserve("ann");
  TcpPeer ann(address());
  std::string flood = Hello("ann");
  for (int i = 0; i < 200; ++i) flood += Step(i % 2 == 0 ? "up" : "down");
  ASSERT_TRUE(ann.Send(flood));
  EXPECT_THAT(Next(ann, "error").value("error", ""), HasSubstr("slow down"));
}

TEST_F(ArenaServerTest, APortInUseIsAnError) {
  oofgg::testing::TakenPort taken;
  const std::string address = taken.address();
  const auto port = static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
  const auto second = ArenaServer::Listen(io_, "127.0.0.1", port, *seats_, {});
  EXPECT_EQ(second.status().code(), oofgg::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(second.status().message()), HasSubstr(address));
  EXPECT_EQ(ArenaServer::Listen(io_, "arena.example", 0, *seats_, {}).status().code(),
            oofgg::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace arena
