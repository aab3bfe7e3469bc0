#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "oofgg/status.h"

struct pg_conn;

namespace oofgg::storage {

struct PgClose {
  void operator()(pg_conn* connection) const;
};
using PgHandle = std::unique_ptr<pg_conn, PgClose>;

/// Which database, and how libpq connects to it. It holds the password and never shows it.
class PgTarget {
 public:
  /// A `postgresql://` URL with whatever libpq takes in one (several hosts, `sslmode`, `options`); what it
  /// leaves open comes from libpq's environment and password file. Unless the URL says otherwise, a server
  /// that does not accept writes is passed over. Statements are ended by the server after
  /// `statement_timeout`, attempts to connect after `connect_timeout`. kInvalidArgument, without quoting the
  /// URL.
  [[nodiscard]] static StatusOr<PgTarget> Parse(const std::string& url,
                                                std::chrono::milliseconds statement_timeout,
                                                std::chrono::seconds connect_timeout);

  /// Connects, waiting for it. kUnavailable; kFailedPrecondition if the server is older than PostgreSQL 14.
  [[nodiscard]] StatusOr<PgHandle> Connect() const;

  /// Begins to connect, to be continued by PQconnectPoll, which tries the hosts in turn and would wait for a
  /// silent one for ever: a caller who gave up begins with the next. Looks up host names, which may block.
  [[nodiscard]] PgHandle StartConnecting(std::size_t first_host) const;

  /// Whether what is said to one of its hosts, passwords included, may cross a network in plaintext: a host
  /// that is not this machine, and an `sslmode` that does not insist on TLS.
  [[nodiscard]] bool MayBePlaintext() const;

  /// `database NAME at HOST`, for messages.
  [[nodiscard]] std::string name() const;

 private:
  struct Setting {
    std::string keyword;
    std::string value;
  };
  [[nodiscard]] const std::string* Find(std::string_view keyword) const;
  void SetDefault(const std::string& keyword, const std::string& value);
  std::vector<Setting> settings_;
};

/// What libpq says of a connection that failed, in one line.
[[nodiscard]] std::string ConnectionError(const pg_conn* connection);

}  // namespace oofgg::storage
