#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "oofgg/parse.h"
#include "oofgg/status.h"

namespace oofgg::storage {

/// Where Redis is and how to get in.
struct RedisUrl {
  std::vector<HostPort> hosts{};  ///< The server; the sentinels, or some nodes of a cluster, asked in turn.
  std::string master_name{};      ///< What Sentinel calls the master; empty: no Sentinel.
  bool is_cluster = false;        ///< Redis Cluster: `hosts` are where to ask for the others.
  std::string user{};             ///< Empty: "default".
  std::string password{};         ///< Empty: none, unless there is a `password_file`.
  std::string password_file{};    ///< Its first line is the password; read at each connect, so it may change.
  int database = 0;
  bool tls = false;
  std::string ca_file{};    ///< PEM; empty: the system's.
  std::string cert_file{};  ///< PEM, ours, with `key_file`: for servers that ask for one (mTLS).
  std::string key_file{};

  [[nodiscard]] bool has_sentinel() const { return !master_name.empty(); }

  /// For messages: without user, password and names of files.
  [[nodiscard]] std::string Redacted() const;
};

/// `redis://[user[:password]@]host[:port][/db]`, `rediss://…` (TLS),
/// `redis+sentinel://[…@]h1[:p1],h2…/master[/db]`, `rediss+sentinel://…`, `redis+cluster://[…@]h1[:p1],h2…`,
/// `rediss+cluster://…`, or bare `host:port`. Ports: 6379, of sentinels 26379. `:password@` leaves the user
/// out; both may be percent-encoded. Options after `?`, joined by `&`: `password-file=FILE`, and with TLS
/// `ca=FILE` `cert=FILE` `key=FILE`. Errors: kInvalidArgument, which does not repeat the URL.
[[nodiscard]] StatusOr<RedisUrl> ParseRedisUrl(std::string_view text);

}  // namespace oofgg::storage
