#include "backends/engine/engine_address.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
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

Status CheckSocket(const EngineAddress& address) {
  const std::string& path = address.unix_socket;
  if (path.empty() || faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) == 0 || errno != EACCES) return {};
  std::string message = "DOCKER_HOST: uid " + std::to_string(geteuid()) + " may not use " + path;
  struct stat socket {};
  if (stat(path.c_str(), &socket) == 0) {
    const std::string group = std::to_string(socket.st_gid);
    message += ", which is for group " + group + "; in a compose file: group_add: [\"" + group + "\"]";
  }
  return MakeStatus(StatusCode::kPermissionDenied, message);
}

}  // namespace oofgg::backends
