#include "storage/sqlite/auth/revocation_rows.h"

#include "storage/millis.h"
#include "storage/sqlite/all_rows.h"

namespace oofgg::storage {

using auth::Revocation;
using auth::RevocationPage;

// The head is counted in a row of its own: it outlives the entries, and a rollback takes it back with them.
Status RevocationRows::Append(std::string_view session_id, WallTime now, WallTime until) {
  OOFGG_RETURN_IF_ERROR(connection_.Prepare("UPDATE auth_revocation_log SET head = head + 1").Run());
  return connection_
      .Prepare(
          "INSERT INTO auth_revocations (sequence, session_id, revoked_at, until)"
          " SELECT head, ?, ?, ? FROM auth_revocation_log")
      .Bind(1, session_id)
      .Bind(2, ToMillis(now))
      .Bind(3, ToMillis(until))
      .Run();
}

StatusOr<RevocationPage> RevocationRows::Read(std::int64_t sequence, std::size_t limit) {
  Statement log = connection_.Prepare(
      "SELECT log_id, COALESCE((SELECT MIN(sequence) - 1 FROM auth_revocations), head), head"
      " FROM auth_revocation_log");
  OOFGG_RETURN_IF_ERROR(log.Step().status());
  RevocationPage page = {.log_id = log.Text(0), .floor = log.Int(1), .head = log.Int(2), .entries = {}};

  Statement entries = connection_.Prepare(
      "SELECT sequence, session_id, revoked_at, until FROM auth_revocations WHERE sequence > ?"
      " ORDER BY sequence LIMIT ?");
  entries.Bind(1, sequence).Bind(2, limit);
  OOFGG_ASSIGN_OR_RETURN(page.entries, AllRows(entries, [](const Statement& row) {
                           return Revocation{.sequence = row.Int(0),
                                             .session_id = row.Text(1),
                                             .revoked_at = FromMillis(row.Int(2)),
                                             .until = FromMillis(row.Int(3))};
                         }));
  return page;
}

// An entry may go when the latest end up to and with it has passed: only then nothing before it stays.
StatusOr<std::size_t> RevocationRows::Purge(WallTime now, std::size_t limit) {
  Statement remove = connection_.Prepare(
      "DELETE FROM auth_revocations WHERE sequence IN ("
      " SELECT sequence FROM (SELECT sequence, MAX(until) OVER (ORDER BY sequence) AS latest_end"
      "  FROM (SELECT sequence, until FROM auth_revocations ORDER BY sequence LIMIT ?2))"
      " WHERE latest_end < ?1)");
  OOFGG_RETURN_IF_ERROR(remove.Bind(1, ToMillis(now)).Bind(2, limit).Run());
  return static_cast<std::size_t>(connection_.Changes());
}

}  // namespace oofgg::storage
