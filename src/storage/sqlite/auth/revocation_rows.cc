#include "storage/sqlite/auth/revocation_rows.h"

#include "storage/millis.h"
#include "storage/sqlite/all_rows.h"

namespace oofgg::storage {

using auth::Revocation;
using auth::RevocationPage;

Status RevocationRows::Append(std::string_view session_id, WallTime now, WallTime until) {
  return Insert({.session_id = std::string(session_id), .revoked_at = now, .until = until});
}

Status RevocationRows::AppendDeletion(std::string_view user_id, WallTime now, WallTime until) {
  return Insert({.session_id = {}, .revoked_at = now, .until = until, .user_id = std::string(user_id)});
}

// The head is counted in a row of its own: it outlives the entries, and a rollback takes it back with them.
Status RevocationRows::Insert(const Revocation& entry) {
  OOFGG_RETURN_IF_ERROR(connection_.Prepare("UPDATE auth_revocation_log SET head = head + 1").Run());
  return connection_
      .Prepare(
          "INSERT INTO auth_revocations (sequence, session_id, revoked_at, until, user_id)"
          " SELECT head, ?, ?, ?, ? FROM auth_revocation_log")
      .Bind(1, entry.session_id)
      .Bind(2, ToMillis(entry.revoked_at))
      .Bind(3, ToMillis(entry.until))
      .Bind(4, entry.user_id)
      .Run();
}

StatusOr<RevocationPage> RevocationRows::Read(std::int64_t sequence, std::size_t limit) {
  Statement log = connection_.Prepare(
      "SELECT log_id, COALESCE((SELECT MIN(sequence) - 1 FROM auth_revocations WHERE user_id = ''), head), "
      "head"
      " FROM auth_revocation_log");
  OOFGG_RETURN_IF_ERROR(log.Step().status());
  RevocationPage page = {.log_id = log.Text(0), .floor = log.Int(1), .head = log.Int(2), .entries = {}};

  Statement entries = connection_.Prepare(
      "SELECT sequence, session_id, revoked_at, until, user_id FROM auth_revocations WHERE sequence > ?"
      " ORDER BY sequence LIMIT ?");
  entries.Bind(1, sequence).Bind(2, limit);
  OOFGG_ASSIGN_OR_RETURN(page.entries, AllRows(entries, [](const Statement& row) {
                           return Revocation{.sequence = row.Int(0),
                                             .session_id = row.Text(1),
                                             .revoked_at = FromMillis(row.Int(2)),
                                             .until = FromMillis(row.Int(3)),
                                             .user_id = row.Text(4)};
                         }));
  return page;
}

// An entry may go when the latest end up to and with it has passed: only then nothing before it stays.
StatusOr<std::size_t> RevocationRows::Purge(WallTime now, std::size_t limit) {
  Statement remove = connection_.Prepare(
      "DELETE FROM auth_revocations WHERE sequence IN ("
      " SELECT sequence FROM (SELECT sequence, MAX(until) OVER (ORDER BY sequence) AS latest_end"
      "  FROM (SELECT sequence, until FROM auth_revocations WHERE user_id = '' ORDER BY sequence LIMIT ?2))"
      " WHERE latest_end < ?1)");
  OOFGG_RETURN_IF_ERROR(remove.Bind(1, ToMillis(now)).Bind(2, limit).Run());
  const std::int64_t sessions = connection_.Changes();
  Statement forget = connection_.Prepare(
      "DELETE FROM auth_revocations WHERE sequence IN"
      " (SELECT sequence FROM auth_revocations WHERE user_id <> '' AND until < ?1 LIMIT ?2)");
  OOFGG_RETURN_IF_ERROR(forget.Bind(1, ToMillis(now)).Bind(2, limit).Run());
  return static_cast<std::size_t>(sessions + connection_.Changes());
}

}  // namespace oofgg::storage
