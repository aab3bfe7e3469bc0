#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "net/presence/presence_tcp_listener.h"
#include "oofgg/testing/fake_clock.h"
#include "oofgg/testing/manual_executor.h"
#include "presence/presence_hub.h"
#include "tests/unit/net_presence/line_client.h"

namespace oofgg::net {

/// Of a connection that is only made to be seen by others.
class SilentHost final : public presence::PresenceHost {
  void Wake(presence::HostTag) override {}
  void Finish(presence::HostTag, Status) override {}
};

/// A presence port on loopback, its io_context run by two threads, time by the test.
class PresenceTcpTest : public ::testing::Test {
 protected:
  /// `tls`: clients speak TLS, which the port offers.
  explicit PresenceTcpTest(bool tls = false, presence::PresenceHubOptions options = {});
  ~PresenceTcpTest() override;

  /// Before the first client, where the defaults do not do.
  void Listen(PresenceTcpOptions options, PresenceAuthenticator authenticate = {});

  /// A client that has sent `hello` and a pong-like proof that it was taken: its user is online.
  LineClient SignOn(std::string_view user, std::string_view hello);
  LineClient Connect() { return LineClient(listener().port(), {.tls = tls_}); }
  /// The port's side of TLS.
  static SecureLayerFactory Layers();

  PresenceTcpListener& listener();
  [[nodiscard]] bool IsOnline(std::string_view user) const;
  void ExpectOnline(std::string_view user);
  void ExpectOffline(std::string_view user);

  /// Fails unless `condition` becomes true within 20 s.
  static void Eventually(std::string_view what, const std::function<bool()>& condition);

  const bool tls_;
  testing::FakeClock clock_;
  testing::ManualExecutor timers_{clock_};
  presence::PresenceHub hub_;

 private:
  struct Network;
  std::unique_ptr<Network> network_;
};

/// What holds for both forms, plaintext and TLS.
class PresenceFormsTest : public PresenceTcpTest, public ::testing::WithParamInterface<bool> {
 protected:
  PresenceFormsTest() : PresenceTcpTest(GetParam()) {}
};

}  // namespace oofgg::net
