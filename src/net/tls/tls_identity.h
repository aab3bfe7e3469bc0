#pragma once

#include <memory>
#include <string>

#include "oofgg/clock.h"
#include "oofgg/status.h"

struct ssl_ctx_st;  // OpenSSL's SSL_CTX.

namespace oofgg::net {

/// The files a listener's identity is in, all PEM.
struct TlsFiles {
  std::string certificate = {};  ///< The chain, leaf first.
  std::string key = {};
  std::string client_ca = {};  ///< If named, clients must show a certificate that one of these signed.
};

/// What the files held, checked: the key is the certificate's. Threads: safe, as it never changes.
struct TlsIdentity {
  std::string certificate_pem;
  std::string key_pem;
  std::string client_ca_pem;  ///< Empty: clients are not asked.
  WallTime expires;           ///< The leaf.
  /// For OpenSSL: TLS 1.2 and later, ALPN `http/1.1`, nothing to resume, buffers given back while idle.
  std::shared_ptr<ssl_ctx_st> context;
};

/// Reads and checks. kNotFound: a file that cannot be read; kInvalidArgument: one that is not what it should
/// be, key and certificate that do not match, a leaf that has expired by `now`; kFailedPrecondition: a key
/// that group or others can read. Messages name files, never what is in them.
[[nodiscard]] StatusOr<std::shared_ptr<const TlsIdentity>> ReadTlsIdentity(const TlsFiles& files,
                                                                           WallTime now);

}  // namespace oofgg::net
