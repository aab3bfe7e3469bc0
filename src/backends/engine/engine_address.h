#pragma once

#include <string>
#include <string_view>

#include "oofgg/status.h"

namespace oofgg::backends {

/// Where a Docker engine answers, as Docker's own clients are told it.
struct EngineSettings {
  std::string host{};        ///< DOCKER_HOST; empty: the socket in its usual place.
  std::string tls_verify{};  ///< DOCKER_TLS_VERIFY: TLS if it is not empty.
  std::string cert_path{};   ///< DOCKER_CERT_PATH: ca.pem, cert.pem and key.pem; TLS as well if it is given.
  std::string version{};     ///< DOCKER_API_VERSION; empty: what both sides know.
};

struct EngineAddress {
  std::string base_url{};     ///< `http://docker` or `https://HOST:PORT`, without a slash at the end.
  std::string unix_socket{};  ///< Empty: over TCP.
  std::string host{};         ///< Where ports of the engine's loopback are, for us; 127.0.0.1 with a socket.
  std::string ca_file{};
  std::string certificate_file{};
  std::string key_file{};

  friend bool operator==(const EngineAddress&, const EngineAddress&) = default;
};

/// Errors: kInvalidArgument that names the variable.
[[nodiscard]] StatusOr<EngineAddress> ParseEngineAddress(const EngineSettings& settings);

/// Whether this process may use the engine's socket. Errors: kPermissionDenied, which says whose it is; a
/// socket that is not there is none, as its engine may come.
[[nodiscard]] Status CheckSocket(const EngineAddress& address);

}  // namespace oofgg::backends
