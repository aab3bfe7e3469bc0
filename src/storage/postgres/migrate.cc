#include "storage/postgres/migrate.h"

#include <libpq-fe.h>

#include <array>
#include <charconv>
#include <string>
#include <vector>

#include "storage/postgres/result.h"
#include "storage/schema_version.h"

namespace oofgg::storage {
namespace {

/// Waits for its answer; parameters and results as text.
StatusOr<PgResult> Execute(pg_conn* connection, const char* sql, std::span<const std::string> params = {}) {
  std::vector<const char*> values;
  for (const std::string& param : params) values.push_back(param.c_str());
  PgResult result(PQexecParams(connection, sql, static_cast<int>(values.size()), nullptr, values.data(),
                               nullptr, nullptr, 0));
  const ExecStatusType status = PQresultStatus(result.handle());
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return result;
  return ErrorOf(result);
}

/// Any number of statements.
Status ExecuteScript(pg_conn* connection, std::string_view script) {
  const PgResult result(PQexec(connection, std::string(script).c_str()));
  const ExecStatusType status = PQresultStatus(result.handle());
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ? Status() : ErrorOf(result);
}

// Released by the end of the transaction. A migration may take long, and so may waiting for another server's.
constexpr std::string_view kBegin =
    "BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '60s';"
    "SELECT pg_advisory_xact_lock(hashtextextended('oofgg schema versions', 0));"
    "CREATE TABLE IF NOT EXISTS oofgg_schema_versions (component text PRIMARY KEY, version bigint NOT NULL)";

StatusOr<std::int64_t> VersionOf(pg_conn* connection, const std::string& component) {
  OOFGG_ASSIGN_OR_RETURN(const PgResult found,
                         Execute(connection, "SELECT version FROM oofgg_schema_versions WHERE component = $1",
                                 std::array{component}));
  if (found.rows() == 0) return 0;
  const std::string text = found.Text(0, 0);
  std::int64_t version = 0;
  std::from_chars(text.data(), text.data() + text.size(), version);
  return version;
}

Status RunPending(pg_conn* connection, const std::string& component, std::size_t done,
                  std::span<const std::string_view> migrations) {
  if (done == migrations.size()) return {};
  for (std::size_t i = done; i < migrations.size(); ++i) {
    const Status status = ExecuteScript(connection, migrations[i]);
    if (!status.ok()) return MigrationFailed(status, component, i);
  }
  return Execute(connection,
                 "INSERT INTO oofgg_schema_versions VALUES ($1, $2)"
                 " ON CONFLICT (component) DO UPDATE SET version = excluded.version",
                 std::array{component, std::to_string(migrations.size())})
      .status();
}

}  // namespace

Status MigratePostgres(const PgTarget& target, std::string_view component,
                       std::span<const std::string_view> migrations) {
  // Whatever is not committed ends with the connection.
  OOFGG_ASSIGN_OR_RETURN(const PgHandle handle, target.Connect());
  pg_conn* connection = handle.get();
  const std::string name(component);
  OOFGG_RETURN_IF_ERROR(ExecuteScript(connection, kBegin));
  OOFGG_ASSIGN_OR_RETURN(const std::int64_t version, VersionOf(connection, name));
  OOFGG_RETURN_IF_ERROR(CheckSchemaVersion(target.name(), component, version, migrations.size()));
  OOFGG_RETURN_IF_ERROR(RunPending(connection, name, static_cast<std::size_t>(version), migrations));
  return ExecuteScript(connection, "COMMIT");
}

}  // namespace oofgg::storage
