#include "tests/unit/net_presence/presence_fixture.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <thread>
#include <utility>
#include <vector>

#include "net/tls/tls_source.h"
#include "tests/support/eventually.h"
#include "tests/support/test_ca.h"

namespace oofgg::net {

INSTANTIATE_TEST_SUITE_P(Presence, PresenceFormsTest, ::testing::Bool(),
                         [](const ::testing::TestParamInfo<bool>& form) -> std::string {
                           return form.param ? "UnderTls" : "InPlaintext";
                         });

struct PresenceTcpTest::Network {
  Network() {
    for (int i = 0; i < 2; ++i) threads.emplace_back([this] { io.run(); });
  }
  ~Network() {
    io.stop();
    for (std::thread& thread : threads) thread.join();
    listener.reset();
  }

  boost::asio::io_context io;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{io.get_executor()};
  std::unique_ptr<PresenceTcpListener> listener;
  std::vector<std::thread> threads;
};

SecureLayerFactory PresenceTcpTest::Layers() {
  static const SecureLayerFactory layers = [] {
    const testing::TestTlsFiles files(testing::TestCa().Issue("presence"));
    return TlsLayers(
        TlsSource::Open({.certificate = files.certificate, .key = files.key}, Clock::System()).value());
  }();
  return layers;
}

PresenceTcpTest::PresenceTcpTest(bool tls, presence::PresenceHubOptions options)
    : tls_(tls), hub_(clock_, timers_, std::move(options)), network_(std::make_unique<Network>()) {}
PresenceTcpTest::~PresenceTcpTest() = default;

void PresenceTcpTest::Listen(PresenceTcpOptions options, PresenceAuthenticator authenticate) {
  if (tls_) options.tls = PresenceTls::kOffered;
  if (!options.secure) options.secure = Layers();
  auto made = PresenceTcpListener::Listen(network_->io, "127.0.0.1:0", hub_, clock_, timers_,
                                          std::move(authenticate), std::move(options));
  ASSERT_TRUE(made.ok()) << made.status();
  network_->listener = *std::move(made);
}

PresenceTcpListener& PresenceTcpTest::listener() {
  if (network_->listener == nullptr) Listen({});
  return *network_->listener;
}

LineClient PresenceTcpTest::SignOn(std::string_view user, std::string_view hello) {
  const std::size_t before = hub_.counts().connections;
  LineClient client = Connect();
  client.Send(hello);
  Eventually("a connection of " + std::string(user),
             [&] { return hub_.counts().connections > before && IsOnline(user); });
  return client;
}

bool PresenceTcpTest::IsOnline(std::string_view user) const {
  return hub_.StateOf(user).state != PresenceState::kOffline;
}

void PresenceTcpTest::ExpectOnline(std::string_view user) {
  Eventually(std::string(user) + " is online", [&] { return IsOnline(user); });
}

void PresenceTcpTest::ExpectOffline(std::string_view user) {
  Eventually(std::string(user) + " is offline", [&] { return !IsOnline(user); });
}

void PresenceTcpTest::Eventually(std::string_view what, const std::function<bool()>& condition) {
  ASSERT_TRUE(oofgg::testing::Eventually(condition)) << "never came true: " << what;
}

}  // namespace oofgg::net
