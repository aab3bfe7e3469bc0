// The light client as a game uses it, against the presence port in this process.

#include "oofgg/light_presence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <future>
#include <thread>

#include "net/presence/presence_tcp_listener.h"
#include "net/presence/presence_udp_listener.h"
#include "oofgg/dispatcher.h"
#include "oofgg/thread_pool.h"
#include "presence/presence_hub.h"
#include "tests/support/inbox.h"

namespace oofgg {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::Inbox;
using ::testing::StartsWith;
using Transport = LightPresenceTransport;

/// The presence port, over TCP and UDP.
class Server {
 public:
  explicit Server(std::string address = "127.0.0.1:0", net::PresenceAuthenticator authenticate = {},
                  bool require_token = false, std::size_t most = 100) {
    tcp_ = *net::PresenceTcpListener::Listen(io_, address, hub_, Clock::System(), timers_, authenticate,
                                             {.require_token = require_token, .max_connections = most});
    udp_ = *net::PresenceUdpListener::Listen(io_, this->address(), hub_, Clock::System(), timers_,
                                             RandomSource::System(), authenticate,
                                             {.require_token = require_token, .max_players = most});
    thread_ = std::thread([this] { io_.run(); });
  }
  ~Server() {
    io_.stop();
    thread_.join();
  }
  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(tcp_->port()); }
  [[nodiscard]] bool IsOnline(const std::string& user) const { return hub_.IsOnline(user); }

 private:
  ThreadPool timers_{1};
  presence::PresenceHub hub_{Clock::System(), timers_};
  boost::asio::io_context io_;
  std::unique_ptr<net::PresenceTcpListener> tcp_;
  std::unique_ptr<net::PresenceUdpListener> udp_;
  std::thread thread_;
};

/// An instance over TCP that sends everybody to another.
class SendingOn {
 public:
  SendingOn() : thread_([this] { io_.run(); }) {}
  ~SendingOn() {
    io_.stop();
    thread_.join();
  }
  [[nodiscard]] std::string address() const {
    return "127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
  }
  /// Once.
  void Start(std::string to) {
    to_ = std::move(to);
    boost::asio::post(io_, [this] { Accept(); });
  }
  void SendTo(const std::string& to) {
    boost::asio::post(io_, [this, to] { to_ = to; });
  }

 private:
  using Tcp = boost::asio::ip::tcp;
  void Accept() {
    acceptor_.async_accept([this](const boost::system::error_code& error, Tcp::socket socket) {
      if (error) return;
      boost::system::error_code lost;
      std::string hello;
      boost::asio::read_until(socket, boost::asio::dynamic_buffer(hello), '\n', lost);
      boost::asio::write(socket, boost::asio::buffer(R"({"redirect":")" + to_ + "\"}\n"), lost);
      Accept();
    });
  }

  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_ =
      boost::asio::make_work_guard(io_);
  Tcp::acceptor acceptor_{io_, {boost::asio::ip::address_v4::loopback(), 0}};
  std::string to_;  // Of the thread.
  std::thread thread_;
};

/// What a user hears, in order: `bob online`, `bob offline`, `stale`, `fresh`, `error …`.
struct Ear {
  Inbox<std::string> heard;
  Inbox<std::string> troubles;

  LightPresence::OnUpdate OnUpdate() {
    return [this](const StatusOr<PresenceUpdate>& update) {
      if (!update.ok()) return heard.Put("error " + std::string(update.status().message()));
      const bool is_online = update->state != PresenceState::kOffline;
      heard.Put(update->user_id + (is_online ? " online" : " offline"));
    };
  }
  LightPresenceOptions Options(Transport transport) {
    LightPresenceOptions options;
    options.transport = transport;
    options.reconnect = {.initial = 10ms, .maximum = 100ms};
    options.on_stale = [this](bool stale) { heard.Put(stale ? "stale" : "fresh"); };
    options.on_trouble = [this](const Status& why) { troubles.Put(std::string(why.message())); };
    return options;
  }
  std::string Next() { return heard.Next().value_or("nothing"); }
  std::string NextTrouble() { return troubles.Next().value_or("nothing"); }
};

std::unique_ptr<LightPresence> Watch(const Server& server, const std::string& user,
                                     std::vector<std::string> friends, Ear& ear,
                                     LightPresenceOptions options) {
  auto client =
      LightPresence::Connect(server.address(), user, std::move(friends), ear.OnUpdate(), std::move(options));
  EXPECT_TRUE(client.ok()) << client.status();
  return *std::move(client);
}

class LightPresenceTest : public ::testing::TestWithParam<Transport> {
 protected:
  std::unique_ptr<LightPresence> Watch(const std::string& user, std::vector<std::string> friends, Ear& ear) {
    return oofgg::Watch(*server_, user, std::move(friends), ear, ear.Options(GetParam()));
  }

  std::unique_ptr<Server> server_ = std::make_unique<Server>();
  Ear ann_;
  Ear bob_;
};

TEST_P(LightPresenceTest, ReportsFriendsNowAndOnChange) {
  const auto ann = Watch("ann", {"bob"}, ann_);
  EXPECT_EQ(ann_.Next(), "bob offline");
  EXPECT_EQ(ann_.Next(), "fresh");
  const auto bob = Watch("bob", {"ann"}, bob_);
  EXPECT_EQ(bob_.Next(), "ann online");
  EXPECT_EQ(ann_.Next(), "bob online");
  bob->SignOff();
  EXPECT_EQ(ann_.Next(), "bob offline") << "at once";
}

TEST_P(LightPresenceTest, FriendsAndStatusMayChange) {
  const auto ann = Watch("ann", {}, ann_);
  EXPECT_EQ(ann_.Next(), "fresh");
  const auto bob = Watch("bob", {}, bob_);
  EXPECT_EQ(bob_.Next(), "fresh");
  ASSERT_TRUE(ann->SetFriends({"bob"}).ok());
  EXPECT_EQ(ann_.Next(), "stale");
  EXPECT_EQ(ann_.Next(), "bob online");
  EXPECT_EQ(ann_.Next(), "fresh");
  ASSERT_TRUE(bob->SetStatus({.state = PresenceState::kOffline}).ok());
  EXPECT_EQ(ann_.Next(), "bob offline");
}

TEST_P(LightPresenceTest, AServerThatGoesAndComesBackMakesItStaleForAWhileAndNothingElse) {
  const auto ann = Watch("ann", {"bob", "nobody"}, ann_);
  EXPECT_TRUE(ann_.heard.Next([](const auto& text) { return text == "fresh"; }));
  const auto bob = Watch("bob", {}, bob_);
  EXPECT_TRUE(ann_.heard.Next([](const auto& text) { return text == "bob online"; }));
  EXPECT_EQ(bob_.Next(), "fresh");
  const std::string address = server_->address();
  server_.reset();
  // By a wish, so that the client over UDP need not wait for its heartbeat to notice.
  ASSERT_TRUE(ann->SetFriends({"bob", "nobody"}).ok());
  ASSERT_TRUE(bob->SetFriends({}).ok());
  EXPECT_EQ(ann_.Next(), "stale");
  EXPECT_EQ(bob_.Next(), "stale");
  server_ = std::make_unique<Server>(address);
  EXPECT_EQ(bob_.Next(), "fresh");
  // Whether bob was there before her is chance; of who was not there before, nothing is said.
  EXPECT_THAT(ann_.Next(), ::testing::AnyOf("fresh", "bob offline"));
}

TEST_P(LightPresenceTest, CallbacksRunInATickOnly) {
  Dispatcher dispatcher;
  std::atomic<bool> ticking = false;
  std::size_t reports = 0;
  auto options = ann_.Options(GetParam());
  options.callbacks = &dispatcher;
  options.on_stale = nullptr;
  const auto client = LightPresence::Connect(
      server_->address(), "ann", {"bob"},
      [&](const StatusOr<PresenceUpdate>&) {
        EXPECT_TRUE(ticking);
        ++reports;
      },
      options);
  while (!dispatcher.HasWork()) std::this_thread::yield();
  ticking = true;
  while (reports == 0) dispatcher.Tick();
  ticking = false;
}

TEST_P(LightPresenceTest, ACallbackMayDestroyTheClient) {
  std::unique_ptr<LightPresence> client;
  Inbox<bool> done;
  std::promise<void> ready;
  auto options = ann_.Options(GetParam());
  options.on_stale = nullptr;
  client = *LightPresence::Connect(
      server_->address(), "ann", {"bob"},
      [&, is_ready = ready.get_future().share()](const StatusOr<PresenceUpdate>&) {
        is_ready.wait();
        client.reset();
        done.Put(true);
      },
      std::move(options));
  ready.set_value();
  EXPECT_TRUE(done.Next().has_value());
}

TEST_P(LightPresenceTest, MayGoBeforeItHasEvenConnected) {
  for (int i = 0; i < 50; ++i) {
    const auto client = Watch("ann", {"bob"}, ann_);
    if (i % 2 == 0) client->SignOff();
  }
}

TEST_P(LightPresenceTest, ARefusalIsTheLastReport) {
  Server strict("127.0.0.1:0", {}, true);
  const auto client = oofgg::Watch(strict, "ann", {}, ann_, ann_.Options(GetParam()));
  EXPECT_THAT(ann_.Next(), HasSubstr("error"));
}

TEST_P(LightPresenceTest, AFreshTokenIsAskedForEachTimeTheLinkIsMade) {
  Server strict(
      "127.0.0.1:0",
      [](std::string_view token) -> StatusOr<Caller> {
        if (token == "old") return MakeStatus(StatusCode::kUnauthenticated, "has expired");
        return Caller{.user_id = "ann", .role = "user", .session_id = "s"};
      },
      true);
  std::atomic<int> asked = 0;
  auto options = ann_.Options(GetParam());
  options.token = [&]() -> StatusOr<std::string> {
    const int time = ++asked;
    if (time == 1) return MakeStatus(StatusCode::kUnavailable, "away");
    return std::string(time == 2 ? "old" : "new");
  };
  const auto client = oofgg::Watch(strict, "ann", {}, ann_, std::move(options));
  EXPECT_EQ(ann_.Next(), "fresh");
  EXPECT_EQ(asked, 3);
  EXPECT_TRUE(strict.IsOnline("ann"));
}

TEST_P(LightPresenceTest, ATokenThatCannotBeHadEndsIt) {
  auto options = ann_.Options(GetParam());
  options.token = []() -> StatusOr<std::string> {
    return MakeStatus(StatusCode::kUnauthenticated, "sign in again");
  };
  const auto client = oofgg::Watch(*server_, "ann", {}, ann_, std::move(options));
  EXPECT_EQ(ann_.Next(), "error sign in again");
}

TEST_P(LightPresenceTest, APortThatNobodyListensAtIsTrouble) {
  const std::string address = server_->address();
  server_.reset();
  const auto client = LightPresence::Connect(address, "ann", {}, ann_.OnUpdate(), ann_.Options(GetParam()));
  EXPECT_THAT(ann_.NextTrouble(), AllOf(StartsWith(address), HasSubstr("Connection refused")));
  EXPECT_THAT(ann_.NextTrouble(), HasSubstr("Connection refused")) << "each time";
}

TEST_P(LightPresenceTest, ANameWithoutAnAddressIsTrouble) {
  const std::string longest(300, 'x');  // No resolver is asked for it.
  const auto client =
      LightPresence::Connect(longest + ":1", "ann", {}, ann_.OnUpdate(), ann_.Options(GetParam()));
  EXPECT_THAT(ann_.NextTrouble(), HasSubstr("the name has no address"));
}

TEST_P(LightPresenceTest, ARefusalThatPassesIsTrouble) {
  Server full("127.0.0.1:0", {}, false, /*most=*/0);
  const auto client = oofgg::Watch(full, "ann", {}, ann_, ann_.Options(GetParam()));
  EXPECT_THAT(ann_.NextTrouble(), HasSubstr("the server has all the connections it can take"));
}

TEST_P(LightPresenceTest, ALostLinkIsTroubleAfterItIsStale) {
  auto options = ann_.Options(GetParam());
  options.on_trouble = [this](const Status&) { ann_.heard.Put("trouble"); };
  const auto ann = oofgg::Watch(*server_, "ann", {}, ann_, std::move(options));
  EXPECT_EQ(ann_.Next(), "fresh");
  server_.reset();
  ASSERT_TRUE(ann->SetFriends({}).ok());
  EXPECT_EQ(ann_.Next(), "stale");
  EXPECT_EQ(ann_.Next(), "trouble");
}

TEST_P(LightPresenceTest, FiveThousandFriends) {
  std::vector<std::string> friends{"bob"};
  while (friends.size() < 5'000) friends.push_back("0123456789-0123456789-" + std::to_string(friends.size()));
  const auto bob = Watch("bob", {}, bob_);
  EXPECT_EQ(bob_.Next(), "fresh");
  const auto ann = Watch("ann", friends, ann_);
  EXPECT_EQ(ann_.Next(), "bob online");
  EXPECT_TRUE(ann_.heard.Next([](const auto& text) { return text == "fresh"; }));
}

INSTANTIATE_TEST_SUITE_P(Transports, LightPresenceTest, ::testing::Values(Transport::kTcp, Transport::kUdp),
                         [](const auto& each) { return each.param == Transport::kTcp ? "Tcp" : "Udp"; });

TEST(LightPresenceOptionsTest, TcpAndUdpSeeEachOther) {
  Server server;
  Ear ann;
  Ear bob;
  const auto by_tcp = Watch(server, "ann", {"bob"}, ann, ann.Options(Transport::kTcp));
  EXPECT_EQ(ann.Next(), "bob offline");
  const auto by_udp = Watch(server, "bob", {"ann"}, bob, bob.Options(Transport::kUdp));
  EXPECT_EQ(bob.Next(), "ann online");
  EXPECT_EQ(ann.Next(), "fresh");
  EXPECT_EQ(ann.Next(), "bob online");
}

TEST(LightPresenceRedirectTest, IsFollowedAtOnce) {
  Server server;
  SendingOn first;
  first.Start(server.address());
  Ear ann;
  auto options = ann.Options(Transport::kTcp);
  options.reconnect = {.initial = 1h, .maximum = 1h};
  const auto client =
      LightPresence::Connect(first.address(), "ann", {"bob"}, ann.OnUpdate(), std::move(options));
  EXPECT_EQ(ann.Next(), "bob offline");
  EXPECT_EQ(ann.Next(), "fresh");
  EXPECT_TRUE(server.IsOnline("ann"));
  EXPECT_THAT(ann.NextTrouble(), HasSubstr("sends us to " + server.address()));
}

TEST(LightPresenceRedirectTest, WhoWasSentToOneThatIsGoneAsksTheFirstAgain) {
  auto server = std::make_unique<Server>();
  SendingOn first;
  first.Start(server->address());
  Ear ann;
  const auto client =
      LightPresence::Connect(first.address(), "ann", {}, ann.OnUpdate(), ann.Options(Transport::kTcp));
  EXPECT_EQ(ann.Next(), "fresh");
  Server other;
  first.SendTo(other.address());
  server.reset();
  EXPECT_EQ(ann.Next(), "stale");
  EXPECT_EQ(ann.Next(), "fresh");
  EXPECT_TRUE(other.IsOnline("ann"));
}

TEST(LightPresenceRedirectTest, WhoIsSentInCirclesIsPatientAfterAFewAndGetsThereInTheEnd) {
  Server server;
  SendingOn first;
  SendingOn second;
  second.Start(first.address());
  first.Start(second.address());
  Ear ann;
  const auto client =
      LightPresence::Connect(first.address(), "ann", {}, ann.OnUpdate(), ann.Options(Transport::kTcp));
  for (int i = 0; i < 6; ++i) EXPECT_THAT(ann.NextTrouble(), HasSubstr("sends us to"));
  first.SendTo(server.address());
  EXPECT_EQ(ann.Next(), "fresh");
}

TEST(LightPresenceRedirectTest, OneWithoutAnAddressIsNone) {
  SendingOn first;
  first.Start("nowhere");
  Ear ann;
  const auto client =
      LightPresence::Connect(first.address(), "ann", {}, ann.OnUpdate(), ann.Options(Transport::kTcp));
  // The link is closed, and made again, as any that is lost.
  EXPECT_THAT(ann.NextTrouble(), ::testing::Not(HasSubstr("sends us to")));
  EXPECT_THAT(ann.NextTrouble(), StartsWith(first.address()));
}

TEST(LightPresenceOptionsTest, BytesMayBeSeen) {
  Server server;
  Ear ann;
  Inbox<std::string> bytes;
  auto options = ann.Options(Transport::kTcp);
  options.on_bytes = [&](bool sent, std::string_view text) {
    bytes.Put((sent ? "> " : "< ") + std::string(text));
  };
  const auto client = Watch(server, "ann", {}, ann, std::move(options));
  EXPECT_THAT(bytes.Next().value_or(""), ::testing::StartsWith("> {"));
  EXPECT_TRUE(bytes.Next([](const auto& text) { return text.rfind("< {\"pong\":", 0) == 0; }));
}

TEST(LightPresenceOptionsTest, OverUdpASignOffIsSaidEvenIfThereWasNoLink) {
  Server server;
  Ear ann;
  Inbox<std::string> sent;
  Inbox<bool> in_trouble;
  auto options = ann.Options(Transport::kUdp);
  options.reconnect = {.initial = 1h, .maximum = 1h};
  options.token = [&, asked = 0]() mutable -> StatusOr<std::string> {
    if (++asked == 1) return MakeStatus(StatusCode::kUnavailable, "away");
    return std::string();
  };
  options.on_trouble = [&](const Status&) { in_trouble.Put(true); };
  options.on_bytes = [&](bool is_sent, std::string_view text) {
    if (is_sent) sent.Put(std::string(text));
  };
  const auto client = Watch(server, "ann", {}, ann, std::move(options));
  ASSERT_TRUE(in_trouble.Next().has_value());
  client->SignOff();
  EXPECT_TRUE(sent.Next([](const auto& text) { return text.find("\"online\":false") != text.npos; }));
}

TEST(LightPresenceOptionsTest, WhatIsWrongIsSaidAtOnce) {
  const auto why = [](const std::string& address, const std::string& user, std::vector<std::string> friends,
                      LightPresenceOptions options = {}) {
    const auto client = LightPresence::Connect(
        address, user, std::move(friends), [](const auto&) {}, std::move(options));
    EXPECT_EQ(client.status().code(), StatusCode::kInvalidArgument);
    return std::string(client.status().message());
  };
  EXPECT_THAT(why("nowhere", "ann", {}), HasSubstr("address"));
  EXPECT_THAT(why("127.0.0.1:1", "", {}), HasSubstr("user_id"));
  EXPECT_THAT(why("127.0.0.1:1", "ann", {"bob", ""}), HasSubstr("friends[1]"));
  EXPECT_THAT(why("127.0.0.1:1", "ann", std::vector<std::string>(5'001, "x")), HasSubstr("friends"));
  EXPECT_THAT(why("127.0.0.1:1", "ann", {}, {.status = PresenceStatus{.text = "\n"}}), HasSubstr("text"));
  EXPECT_THAT(why("127.0.0.1:1", "ann", {}, {.transport = Transport::kUdp, .tls = {.enabled = true}}),
              HasSubstr("tls"));
  EXPECT_THAT(why("127.0.0.1:1", "ann", {}, {.tls = {.enabled = true, .ca_file = "/nowhere"}}),
              HasSubstr("tls.ca_file"));
  EXPECT_EQ(LightPresence::Connect("127.0.0.1:1", "ann", {}, nullptr).status().code(),
            StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace oofgg
