#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tests/support/test_ca.h"

struct ssl_st;

namespace oofgg::testing {

/// A client that speaks TLS to a port of 127.0.0.1, blocking, 20 s at most for anything. It believes any
/// server, so that a test can look at what it was shown. Threads: one owner.
class TlsPeer {
 public:
  struct Options {
    const TestCertificate* own = nullptr;  ///< Shown to a server that asks.
    std::string protocols = {};            ///< ALPN, as on the wire; empty: none offered.
    int max_version = 0;                   ///< OpenSSL's number; 0: the newest.
  };

  /// Connects and shakes hands.
  explicit TlsPeer(std::uint16_t port) : TlsPeer(port, Options()) {}
  TlsPeer(std::uint16_t port, const Options& options);
  ~TlsPeer();
  TlsPeer(const TlsPeer&) = delete;
  TlsPeer& operator=(const TlsPeer&) = delete;

  /// Whether the handshake succeeded at this end. In TLS 1.3 the server may still refuse our certificate.
  [[nodiscard]] bool connected() const { return connected_; }
  /// The common name of the server's certificate; empty without one.
  [[nodiscard]] std::string server_name() const;
  [[nodiscard]] std::string protocol() const;

  void Send(std::string_view text);
  /// All until the server ends the connection.
  std::string ReadAll();
  /// Until `end` has come, or the server ends the connection.
  std::string ReadUntil(std::string_view end);

 private:
  int fd_ = -1;
  std::shared_ptr<ssl_st> ssl_;
  bool connected_ = false;
};

}  // namespace oofgg::testing
