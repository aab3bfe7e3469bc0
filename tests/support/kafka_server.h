#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "tests/support/child_process.h"
#include "tests/support/tcp_peer.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/test_ca.h"

namespace oofgg::testing {

/// A real Kafka broker on a free port of 127.0.0.1, its own controller, with a directory of its own; gone
/// when dropped, or when the test dies. It makes no topic by itself. Threads: one owner.
class KafkaServer {
 public:
  /// What this machine lacks to run one; empty: nothing. Tests skip with it. Where nothing may be missing
  /// ($OOFGG_REQUIRE_ALL, as in scripts/test) the running test has failed when this returns.
  static std::string Missing();
  /// One for all tests of this program.
  static KafkaServer& Shared();

  /// Started when this returns.
  KafkaServer();

  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  /// The same broker under TLS and with a password.
  [[nodiscard]] std::string secure_address() const { return "localhost:" + std::to_string(secure_port_); }
  /// librdkafka's properties for it, of somebody who is let in with that password only, as lines.
  [[nodiscard]] std::string SecureProperties(const std::string& password = kPassword) const;
  static constexpr const char* kPassword = "let-me-in";

  /// kill -9.
  void Kill();
  /// Starts again, on the same port with what its directory holds; returns once it serves.
  void Start();

 private:
  const TestCa ca_;
  TemporaryDirectory directory_;
  std::uint16_t port_ = FreePort();
  std::uint16_t secure_port_ = FreePort();
  std::uint16_t controller_port_ = FreePort();
  std::unique_ptr<ChildProcess> process_;
};

}  // namespace oofgg::testing
