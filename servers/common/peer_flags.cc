#include "servers/common/peer_flags.h"

#include <sys/stat.h>

#include <fstream>
#include <iterator>

#include "base/private_mode.h"

namespace oofgg::servers {
namespace {

Status ReadFile(const char* flag, const std::string& path, std::string& content) {
  if (path.empty()) return {};
  std::ifstream file(path, std::ios::binary);
  content.assign(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  if (file.is_open() && !file.bad()) return {};
  return MakeStatus(StatusCode::kNotFound, std::string(flag) + ": cannot read " + path);
}

/// A key that others can read is refused like the signing keys; whether it is there is seen by who reads it.
Status CheckClientKey(const std::string& path) {
  struct stat info {};
  if (path.empty() || stat(path.c_str(), &info) != 0) return {};
  return Annotate(base::CheckPrivateMode(path, info.st_mode), "--client-key");
}

}  // namespace

void AddPeerFlags(Flags& flags, PeerSettings& settings) {
  flags.Add({.name = "ca", .help = "PEM authorities to trust instead of the system's", .value = "FILE"},
            &settings.ca);
  flags.Add({.name = "client-cert", .help = "PEM certificate for servers that ask for one", .value = "FILE"},
            &settings.client_cert);
  flags.Add({.name = "client-key", .help = "PEM key of that certificate", .value = "FILE"},
            &settings.client_key);
}

Status CheckTogether(const PeerSettings& settings) {
  if (settings.client_cert.empty() == settings.client_key.empty()) return {};
  return MakeStatus(StatusCode::kInvalidArgument,
                    "--client-cert and --client-key go together; give both or none");
}

StatusOr<TlsOptions> TlsOptionsOf(const PeerSettings& settings) {
  OOFGG_RETURN_IF_ERROR(CheckClientKey(settings.client_key));
  TlsOptions tls;
  tls.enabled = true;
  OOFGG_RETURN_IF_ERROR(ReadFile("--ca", settings.ca, tls.root_certificates_pem));
  OOFGG_RETURN_IF_ERROR(ReadFile("--client-cert", settings.client_cert, tls.certificate_chain_pem));
  OOFGG_RETURN_IF_ERROR(ReadFile("--client-key", settings.client_key, tls.private_key_pem));
  return tls;
}

StatusOr<http::CurlClientOptions> HttpOptionsOf(const PeerSettings& settings) {
  OOFGG_RETURN_IF_ERROR(CheckClientKey(settings.client_key));
  http::CurlClientOptions options;
  options.ca_file = settings.ca;
  options.certificate_file = settings.client_cert;
  options.key_file = settings.client_key;
  return options;
}

}  // namespace oofgg::servers
