#include "servers/common/redis_options.h"

#include <utility>

#include "oofgg/parse.h"

namespace oofgg::servers {
namespace {

Status CheckPrivate(const storage::RedisUrl& url, bool insecure) {
  if (url.tls || insecure) return {};
  for (const HostPort& host : url.hosts) {
    if (IsLoopback(host.host)) continue;
    return MakeStatus(StatusCode::kFailedPrecondition,
                      "--redis: " + FormatHostPort(host) +
                          " is on another machine; write rediss:// for TLS, or allow plaintext on a private "
                          "network with --insecure");
  }
  return {};
}

}  // namespace

StatusOr<storage::RedisOptions> RedisOptionsOf(const ServerSettings& settings) {
  auto url = storage::ParseRedisUrl(settings.redis);
  if (!url.ok()) return Annotate(url.status(), "--redis");
  storage::RedisOptions options;
  options.url = *std::move(url);
  OOFGG_RETURN_IF_ERROR(CheckPrivate(options.url, settings.insecure));
  return options;
}

}  // namespace oofgg::servers
