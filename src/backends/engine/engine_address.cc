#include "backends/engine/engine_address.h"

#include <utility>

#include "oofgg/parse.h"

namespace oofgg::backends {
namespace {

Status BadHost(const std::string& host) {
  return MakeStatus(StatusCode::kInvalidArgument,
                    "DOCKER_HOST is unix:///PATH or tcp://HOST:PORT, not '" + host + "'");
}

}  // namespace

StatusOr<EngineAddress> ParseEngineAddress(const EngineSettings& settings) {
  const std::string host = settings.host.empty() ? "unix:///var/run/docker.sock" : settings.host;
  const auto colon = host.find("://");
  if (colon == std::string::npos) return BadHost(host);
  const std::string scheme = host.substr(0, colon);
  std::string rest = host.substr(colon + 3);
  if (scheme == "unix") {
    if (rest.empty() || rest.front() != '/') return BadHost(host);
    return EngineAddress{.base_url = "http://docker", .unix_socket = rest, .host = "127.0.0.1"};
  }
  if (scheme != "tcp" && scheme != "http" && scheme != "https") return BadHost(host);
  while (!rest.empty() && rest.back() == '/') rest.pop_back();
  const bool tls = scheme == "https" || !settings.tls_verify.empty() || !settings.cert_path.empty();
  auto address = ParseHostPort(rest);
  if (!address.ok()) address = ParseHostPort(rest + (tls ? ":2376" : ":2375"));
  if (!address.ok() || address->host.empty() || address->port == 0) return BadHost(host);

  EngineAddress engine{.base_url = (tls ? "https://" : "http://") + FormatHostPort(*address),
                       .host = address->host};
  if (!tls || settings.cert_path.empty()) return engine;
  engine.ca_file = settings.cert_path + "/ca.pem";
  engine.certificate_file = settings.cert_path + "/cert.pem";
  engine.key_file = settings.cert_path + "/key.pem";
  return engine;
}

}  // namespace oofgg::backends
