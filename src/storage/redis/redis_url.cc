#include "storage/redis/redis_url.h"

#include <optional>
#include <utility>

#include "base/encoding.h"

namespace oofgg::storage {
namespace {

constexpr std::uint16_t kRedisPort = 6379;
constexpr std::uint16_t kSentinelPort = 26379;
constexpr int kLastDatabase = 1'000'000;

Status Invalid(std::string_view problem) { return InvalidField("redis", problem); }

/// The part of `text` before `mark`, and `text` becomes what follows; all of it where there is no mark.
std::string_view TakeUntil(std::string_view& text, char mark) {
  const std::size_t at = text.find(mark);
  const std::string_view part = text.substr(0, at);
  text = at == std::string_view::npos ? std::string_view() : text.substr(at + 1);
  return part;
}

StatusOr<std::string> PercentDecode(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    const std::optional<std::string> byte = base::HexDecode(text.substr(i + 1, 2));
    if (!byte || byte->size() != 1 || byte->front() == '\0') {
      return Invalid("has a malformed percent-encoding; write '%' itself as %25");
    }
    decoded += *byte;
    i += 2;
  }
  return decoded;
}

enum class Deployment { kOneServer, kSentinel, kCluster };

/// `rediss+sentinel://` and its kin; what has no scheme is `redis://`.
StatusOr<Deployment> TakeScheme(std::string_view& text, RedisUrl& url) {
  const std::size_t end = text.find("://");
  if (end == std::string_view::npos) return Deployment::kOneServer;
  const std::string_view scheme = text.substr(0, end);
  text.remove_prefix(end + 3);
  url.tls = scheme.starts_with("rediss");
  if (scheme == "redis" || scheme == "rediss") return Deployment::kOneServer;
  if (scheme == "redis+sentinel" || scheme == "rediss+sentinel") return Deployment::kSentinel;
  if (scheme == "redis+cluster" || scheme == "rediss+cluster") return Deployment::kCluster;
  return Invalid(
      "has an unknown scheme; write redis://, rediss://, redis+sentinel://, redis+cluster:// or HOST:PORT");
}

Status ReadCredentials(std::string_view text, RedisUrl& url) {
  OOFGG_ASSIGN_OR_RETURN(url.user, PercentDecode(TakeUntil(text, ':')));
  OOFGG_ASSIGN_OR_RETURN(url.password, PercentDecode(text));
  return absl::OkStatus();
}

Status ReadHosts(std::string_view text, std::uint16_t default_port, RedisUrl& url) {
  if (text.ends_with(',')) return Invalid("ends its hosts with a comma");
  do {
    const std::string_view host = TakeUntil(text, ',');
    const bool has_port = host.rfind(':') != std::string_view::npos && host.back() != ']';
    auto address =
        ParseHostPort(has_port ? std::string(host) : std::string(host) + ":" + std::to_string(default_port));
    if (!address.ok() || address->host.empty() || address->port == 0) {
      return Invalid("has a malformed host; write HOST, HOST:PORT or [IPV6]:PORT");
    }
    url.hosts.push_back(*std::move(address));
  } while (!text.empty());
  return absl::OkStatus();
}

Status ReadPath(std::string_view path, Deployment deployment, RedisUrl& url) {
  if (deployment == Deployment::kSentinel) {
    OOFGG_ASSIGN_OR_RETURN(url.master_name, PercentDecode(TakeUntil(path, '/')));
    if (url.master_name.empty()) return Invalid("lacks the master's name; write redis+sentinel://HOSTS/NAME");
  }
  if (path.empty()) return absl::OkStatus();
  const auto database = ParseInteger<int>(path, 0, kLastDatabase);
  if (!database.ok()) return Invalid("has a malformed database; it is a number, such as /0");
  url.database = *database;
  if (deployment == Deployment::kCluster && url.database != 0)
    return Invalid("names a database; a cluster has only number 0");
  return absl::OkStatus();
}

Status ReadOptions(std::string_view text, RedisUrl& url) {
  const std::pair<std::string_view, std::string*> known[] = {{"ca", &url.ca_file},
                                                             {"cert", &url.cert_file},
                                                             {"key", &url.key_file},
                                                             {"password-file", &url.password_file}};
  while (!text.empty()) {
    std::string_view value = TakeUntil(text, '&');
    const std::string_view name = TakeUntil(value, '=');
    std::string* field = nullptr;
    for (const auto& [known_name, known_field] : known) {
      if (name == known_name) field = known_field;
    }
    if (field == nullptr) return Invalid("has an unknown option; there are ca, cert, key and password-file");
    OOFGG_ASSIGN_OR_RETURN(*field, PercentDecode(value));
  }
  if (url.cert_file.empty() != url.key_file.empty())
    return Invalid("needs cert and key together, or neither");
  if (!url.tls && !(url.ca_file + url.cert_file).empty()) {
    return Invalid("has certificates but no TLS; write rediss:// for redis://");
  }
  return absl::OkStatus();
}

}  // namespace

StatusOr<RedisUrl> ParseRedisUrl(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return Invalid("holds a NUL byte");
  RedisUrl url;
  OOFGG_ASSIGN_OR_RETURN(const Deployment deployment, TakeScheme(text, url));
  url.is_cluster = deployment == Deployment::kCluster;
  std::string_view options = text;
  text = TakeUntil(options, '?');
  std::string_view path = text;
  std::string_view authority = TakeUntil(path, '/');
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    OOFGG_RETURN_IF_ERROR(ReadCredentials(authority.substr(0, at), url));
    authority.remove_prefix(at + 1);
  }
  OOFGG_RETURN_IF_ERROR(
      ReadHosts(authority, deployment == Deployment::kSentinel ? kSentinelPort : kRedisPort, url));
  if (deployment == Deployment::kOneServer && url.hosts.size() > 1)
    return Invalid("names several hosts; only redis+sentinel:// and redis+cluster:// take them");
  OOFGG_RETURN_IF_ERROR(ReadPath(path, deployment, url));
  OOFGG_RETURN_IF_ERROR(ReadOptions(options, url));
  return url;
}

std::string RedisUrl::Redacted() const {
  std::string text = tls ? "rediss" : "redis";
  if (has_sentinel()) text += "+sentinel";
  if (is_cluster) text += "+cluster";
  text += "://";
  for (std::size_t i = 0; i < hosts.size(); ++i) text += (i > 0 ? "," : "") + FormatHostPort(hosts[i]);
  if (has_sentinel()) text += "/" + master_name;
  if (database != 0) text += "/" + std::to_string(database);
  return text;
}

}  // namespace oofgg::storage
