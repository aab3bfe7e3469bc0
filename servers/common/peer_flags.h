#pragma once

#include <string>

#include "http/curl_client.h"
#include "oofgg/grpc_transport.h"
#include "oofgg/status.h"
#include "servers/common/flags.h"

namespace oofgg::servers {

/// How a program behaves towards the servers that it calls under TLS. Names of PEM files; empty: none.
struct PeerSettings {
  std::string ca = {};           ///< Empty: the system's authorities.
  std::string client_cert = {};  ///< With `client_key`: shown to servers that ask.
  std::string client_key = {};
};

/// Adds the flags of `settings`.
void AddPeerFlags(Flags& flags, PeerSettings& settings);

/// kInvalidArgument where they do not fit together.
[[nodiscard]] Status CheckTogether(const PeerSettings& settings);

/// For gRPC. The files are read now. kNotFound: one cannot be read; kFailedPrecondition: a key that group or
/// others can read.
[[nodiscard]] StatusOr<TlsOptions> TlsOptionsOf(const PeerSettings& settings);

/// For HTTP. The files are read again for each connection. kFailedPrecondition: as above.
[[nodiscard]] StatusOr<http::CurlClientOptions> HttpOptionsOf(const PeerSettings& settings);

}  // namespace oofgg::servers
