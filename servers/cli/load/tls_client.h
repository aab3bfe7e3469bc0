#pragma once

#include <string>

#include "net/tls/openssl.h"
#include "oofgg/status.h"

namespace oofgg::load {

/// What the load's connections have in common when they speak TLS: whom they trust, and whose name the
/// server's certificate must have.
class TlsClient {
 public:
  /// `ca_file`: PEM; empty: the system's authorities. `host`: an address or a name. Errors: kNotFound.
  [[nodiscard]] static StatusOr<TlsClient> Make(const std::string& ca_file, const std::string& host);

  /// Speaks TLS on `fd`, a non-blocking socket that stays the caller's; shakes hands with the first bytes.
  [[nodiscard]] net::SslPtr Wrap(int fd) const;

 private:
  TlsClient(net::SslContextPtr context, std::string host)
      : context_(std::move(context)), host_(std::move(host)) {}

  net::SslContextPtr context_;
  std::string host_;
};

}  // namespace oofgg::load
