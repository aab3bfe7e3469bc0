#include "tests/unit/net_websocket/websocket_fixture.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <mutex>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "tests/support/eventually.h"

namespace oofgg::net {

struct WebSocketTest::Network {
  explicit Network(testing::FakeClock& clock) : workers(clock) {
    for (int i = 0; i < 2; ++i) threads.emplace_back([this] { io.run(); });
  }
  ~Network() { TakeDown(); }

  void TakeDown() {
    io.stop();
    for (std::thread& thread : std::exchange(threads, {})) thread.join();
    listener.reset();
  }

  StatusOr<Caller> Authenticate(std::string_view token) {
    const std::lock_guard lock(mutex);
    if (token.starts_with("bad") || revoked.contains(std::string(token))) {
      return MakeStatus(StatusCode::kUnauthenticated, "bad token");
    }
    return Caller{
        .user_id = std::string(token), .role = "user", .session_id = "login-of-" + std::string(token)};
  }

  boost::asio::io_context io;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{io.get_executor()};
  WorkersInTestTime workers;
  std::mutex mutex;
  std::set<std::string> revoked;
  std::unique_ptr<WebSocketListener> listener;
  std::vector<std::thread> threads;
};

WebSocketTest::WebSocketTest() : network_(std::make_unique<Network>(clock_)) {}
WebSocketTest::~WebSocketTest() {
  network_.reset();
  EXPECT_EQ(sessions_.handlers(), 0U) << "a stream was left open";
  EXPECT_FALSE(sessions_.overlapped()) << "two methods of one stream ran at once";
  EXPECT_FALSE(sessions_.waited_wrongly()) << "a socket's thread waited for a store";
}

void WebSocketTest::Listen(WebSocketOptions options) {
  auto made = WebSocketListener::Listen(
      network_->io, "127.0.0.1:0", sessions_.Opener(), clock_, network_->workers,
      [network = network_.get()](std::string_view token) { return network->Authenticate(token); },
      std::move(options));
  ASSERT_TRUE(made.ok()) << made.status();
  network_->listener = *std::move(made);
}

WebSocketListener& WebSocketTest::listener() {
  if (network_->listener == nullptr) Listen({});
  return *network_->listener;
}

std::string WebSocketTest::address() { return "127.0.0.1:" + std::to_string(listener().port()); }

std::unique_ptr<WebSocketPeer> WebSocketTest::Ask(const std::string& target, int status,
                                                  const std::string& headers) {
  auto peer = std::make_unique<WebSocketPeer>(address());
  EXPECT_EQ(peer->Upgrade(target, headers), status) << target;
  return peer;
}

std::unique_ptr<WebSocketPeer> WebSocketTest::Connect(const std::string& player, const std::string& session,
                                                      const std::string& more_query) {
  const std::size_t before = sessions_.entries();
  auto peer = Ask("/" + session + "?token=" + player + more_query, 101);
  if (!session.empty()) {
    Eventually(player + " listens", [&] { return sessions_.entries() > before; });
  }
  return peer;
}

void WebSocketTest::Revoke(const std::string& token) {
  const std::lock_guard lock(network_->mutex);
  network_->revoked.insert(token);
}

WorkersInTestTime& WebSocketTest::workers() { return network_->workers; }

void WebSocketTest::TakeDown() { network_->TakeDown(); }

void WebSocketTest::Eventually(std::string_view what, const std::function<bool()>& condition) {
  ASSERT_TRUE(oofgg::testing::Eventually(condition)) << "never came true: " << what;
}

}  // namespace oofgg::net
