#pragma once

#include <openssl/ssl.h>

#include <memory>

#include "oofgg/parse.h"
#include "oofgg/status.h"
#include "storage/redis/redis_url.h"

namespace oofgg::storage::redis {

struct SslFree {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};
using SslPtr = std::unique_ptr<SSL, SslFree>;

/// The client's side of a TLS session with the server at `address`: version 1.2 or later, its certificate
/// checked against the CA and the name or address that we called. The files of `url` are read each time, so
/// that a renewed certificate counts from the next connection on. Errors: kFailedPrecondition, which says
/// which of the files is of no use.
[[nodiscard]] StatusOr<SslPtr> NewTlsSession(const HostPort& address, const RedisUrl& url);

/// What OpenSSL says went wrong last, as words for a message.
[[nodiscard]] std::string LastTlsError();

}  // namespace oofgg::storage::redis
