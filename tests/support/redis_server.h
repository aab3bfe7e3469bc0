#pragma once

#include <csignal>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/child_process.h"
#include "tests/support/tcp_peer.h"
#include "tests/support/temporary_directory.h"

namespace oofgg::testing {

/// A real redis-server on a free port of 127.0.0.1, with a directory of its own; gone when dropped, or when
/// the test dies. Threads: one owner.
class RedisServer {
 public:
  /// Started when this returns. `arguments` follow ours, such as {"--requirepass", "secret"}.
  explicit RedisServer(std::vector<std::string> arguments = {});

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] std::string url() const { return "redis://" + address(); }
  [[nodiscard]] pid_t pid() const { return process_->pid(); }

  /// kill -9.
  void Kill();
  /// Starts again, on the same port with what its directory holds.
  void Start();
  /// SIGSTOP and SIGCONT.
  void Pause() { process_->Signal(SIGSTOP); }
  void Resume() { process_->Signal(SIGCONT); }

  /// The first line of the answer to a command without blanks in its words; empty if there is none.
  [[nodiscard]] std::string Ask(const std::string& command) const;
  /// All of the answer, in RESP2.
  [[nodiscard]] std::string AskAll(const std::string& command) const;
  /// Whether its log has `text` within 30 s of now, or had since it was started.
  [[nodiscard]] bool WaitForLog(const std::string& text) const;

 private:
  TemporaryDirectory directory_;
  std::uint16_t port_ = FreePort();
  std::vector<std::string> arguments_;
  std::unique_ptr<ChildProcess> process_;
};

/// A real redis-sentinel that watches a master by the name "main", with a quorum of two.
class RedisSentinel {
 public:
  explicit RedisSentinel(const RedisServer& master);

  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  void Kill();
  [[nodiscard]] std::string Ask(const std::string& command) const;
  /// Whether it comes to know of so many replicas and other sentinels.
  [[nodiscard]] bool WaitForPeers(int replicas, int sentinels) const;

 private:
  TemporaryDirectory directory_;
  std::uint16_t port_ = FreePort();
  std::unique_ptr<ChildProcess> process_;
};

}  // namespace oofgg::testing
