#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "oofgg/clock.h"
#include "oofgg/status.h"
#include "storage/postgres/result.h"
#include "storage/postgres/statement.h"
#include "storage/postgres/target.h"

namespace oofgg::storage {

class PgPool;

struct PostgresOptions {
  std::size_t connections = 4;
  /// A statement's whole time, waiting for a connection included. The server itself ends one that takes half
  /// of it, so that those who share its transaction have time to be run again.
  std::chrono::milliseconds timeout{3000};
  std::chrono::seconds connect_timeout{3};
  std::size_t max_waiting = 4096;  ///< Callers beyond these are refused.
  bool allow_plaintext = true;     ///< To hosts other than this machine (`PgTarget::MayBePlaintext`).
};

/// One PostgreSQL database, shared by the stores of a server: a few connections in pipeline mode, one thread
/// that serves them, and commits shared by callers that arrive together
/// (docs/decisions/0018-postgres-pipeline.md). Connections that break are made anew.
///
/// Threads: safe; the methods block. Have many callers in flight: they share commits.
/// Errors: those of `CodeOfSqlState`. kUnavailable: not connected, and nothing was stored, or the connection
/// broke and the message says that the outcome is unknown. kDeadlineExceeded: as the message says, the
/// statement was never sent, or its outcome is unknown. kResourceExhausted: too many callers wait.
class PostgresDatabase {
 public:
  /// Whether `Open` can make sense of the URL: kInvalidArgument, without quoting it. Connects to nothing.
  [[nodiscard]] static Status CheckUrl(const std::string& url);

  /// Connects once to see that it can be done. `url`: see `PgTarget::Parse`. kInvalidArgument (malformed),
  /// kUnavailable (does not answer, or refuses us), kFailedPrecondition (older than PostgreSQL 14, or
  /// in plaintext where that is not allowed).
  [[nodiscard]] static StatusOr<std::unique_ptr<PostgresDatabase>> Open(const std::string& url,
                                                                        PostgresOptions options = {});
  /// No call may be under way.
  ~PostgresDatabase();
  PostgresDatabase(const PostgresDatabase&) = delete;
  PostgresDatabase& operator=(const PostgresDatabase&) = delete;

  /// Brings the tables of `component` to version `migrations.size()`, by running the scripts that this
  /// database has not seen yet, all or none. Servers that start together wait for one another. A script, once
  /// released, is never changed; new ones are added behind it. Errors: kFailedPrecondition if the database is
  /// newer than this program.
  [[nodiscard]] Status Migrate(std::string_view component, std::span<const std::string_view> migrations);

  /// kUnavailable with the reason while there is no connection at all. Does not wait.
  [[nodiscard]] Status CheckReachable() const;

  /// Runs one statement, which is a transaction, and returns once what it wrote is durable.
  [[nodiscard]] StatusOr<PgResult> Run(const PgStatement& statement, PgParams params = {});
  /// The same, to be done by `deadline` if that is sooner than the timeout.
  [[nodiscard]] StatusOr<PgResult> Run(const PgStatement& statement, PgParams params, TimePoint deadline);

 private:
  PostgresDatabase(PgTarget target, PostgresOptions options, std::unique_ptr<PgPool> pool);

  const PgTarget target_;
  const PostgresOptions options_;
  const std::unique_ptr<PgPool> pool_;
};

}  // namespace oofgg::storage
