#include "storage/sqlite/orchestration/request_rows.h"

#include <chrono>
#include <utility>

#include "oofgg/parse.h"

namespace oofgg::storage {
namespace {

using orchestration::RequestKey;
using orchestration::RequestState;

#define OOFGG_REQUEST_COLUMNS                                                                   \
  "fleet, id, players, state, sequence, fence, lease_until, deadline, server_id, server_host, " \
  "server_port, server_control, error, failures"

/// Player ids are any bytes, so each goes in with its length in front: `5:alice3:bob`.
std::string PackPlayers(const std::vector<std::string>& players) {
  std::string packed;
  for (const std::string& player : players) packed += std::to_string(player.size()) + ":" + player;
  return packed;
}

std::vector<std::string> UnpackPlayers(std::string_view packed) {
  std::vector<std::string> players;
  while (!packed.empty()) {
    const auto colon = packed.find(':');
    const auto length = ParseInteger<std::size_t>(packed.substr(0, colon));
    if (colon == std::string_view::npos || !length.ok() || packed.size() - colon - 1 < *length) break;
    players.emplace_back(packed.substr(colon + 1, *length));
    packed.remove_prefix(colon + 1 + *length);
  }
  return players;
}

orchestration::RequestRecord ReadRow(const Statement& row) {
  orchestration::RequestRecord record;
  record.key = {row.Text(0), row.Text(1)};
  record.players = UnpackPlayers(row.Text(2));
  record.state = static_cast<RequestState>(row.Int(3));
  record.sequence = static_cast<std::uint64_t>(row.Int(4));
  record.fence = static_cast<std::uint64_t>(row.Int(5));
  record.lease_until = FromMillis(row.Int(6));
  record.deadline = FromMillis(row.Int(7));
  record.server = {row.Text(8), row.Text(9), static_cast<std::uint16_t>(row.Int(10)), row.Text(11)};
  record.error = row.Text(12);
  record.failures = static_cast<std::uint32_t>(row.Int(13));
  return record;
}

std::int64_t Number(RequestState state) { return static_cast<std::int64_t>(state); }

}  // namespace

std::int64_t ToMillis(WallTime when) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(when.time_since_epoch()).count();
}

WallTime FromMillis(std::int64_t millis) { return WallTime(std::chrono::milliseconds(millis)); }

StatusOr<std::vector<RequestRows::Record>> RequestRows::All(Statement& statement) {
  std::vector<Record> records;
  while (true) {
    OOFGG_ASSIGN_OR_RETURN(const bool row, statement.Step());
    if (!row) return records;
    records.push_back(ReadRow(statement));
  }
}

StatusOr<std::optional<RequestRows::Record>> RequestRows::Find(const RequestKey& key) {
  auto select =
      connection_.Prepare("SELECT " OOFGG_REQUEST_COLUMNS " FROM maker_requests WHERE fleet = ? AND id = ?");
  select.Bind(1, std::string_view(key.fleet)).Bind(2, std::string_view(key.id));
  OOFGG_ASSIGN_OR_RETURN(const bool row, select.Step());
  if (!row) return std::nullopt;
  return ReadRow(select);
}

Status RequestRows::Save(const Record& record) {
  auto save = connection_.Prepare("INSERT OR REPLACE INTO maker_requests (" OOFGG_REQUEST_COLUMNS
                                  ", seats) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  save.Bind(1, std::string_view(record.key.fleet)).Bind(2, std::string_view(record.key.id));
  save.BindBlob(3, PackPlayers(record.players)).Bind(4, Number(record.state));
  save.Bind(5, record.sequence).Bind(6, record.fence);
  save.Bind(7, ToMillis(record.lease_until)).Bind(8, ToMillis(record.deadline));
  save.Bind(9, std::string_view(record.server.id)).Bind(10, std::string_view(record.server.host));
  save.Bind(11, record.server.port).Bind(12, std::string_view(record.server.control));
  save.Bind(13, std::string_view(record.error)).Bind(14, record.failures);
  save.Bind(15, record.players.size());
  return save.Run();
}

Status RequestRows::Erase(const RequestKey& key) {
  auto erase = connection_.Prepare("DELETE FROM maker_requests WHERE fleet = ? AND id = ?");
  return erase.Bind(1, std::string_view(key.fleet)).Bind(2, std::string_view(key.id)).Run();
}

StatusOr<std::uint64_t> RequestRows::NextSequence(std::string_view fleet) {
  auto last = connection_.Prepare("SELECT max(sequence) FROM maker_requests WHERE fleet = ?");
  last.Bind(1, fleet);
  OOFGG_RETURN_IF_ERROR(last.Step().status());
  return static_cast<std::uint64_t>(last.Int(0)) + 1;
}

StatusOr<std::uint64_t> RequestRows::NextFence(std::string_view fleet) {
  auto count = connection_.Prepare(
      "INSERT INTO maker_fences (fleet, last) VALUES (?, 1) ON CONFLICT (fleet) DO UPDATE SET last = last + "
      "1");
  OOFGG_RETURN_IF_ERROR(count.Bind(1, fleet).Run());
  auto select = connection_.Prepare("SELECT last FROM maker_fences WHERE fleet = ?");
  select.Bind(1, fleet);
  OOFGG_RETURN_IF_ERROR(select.Step().status());
  return static_cast<std::uint64_t>(select.Int(0));
}

StatusOr<std::uint64_t> RequestRows::Term(std::string_view fleet) {
  auto select = connection_.Prepare("SELECT term FROM maker_fences WHERE fleet = ?");
  select.Bind(1, fleet);
  OOFGG_ASSIGN_OR_RETURN(const bool row, select.Step());
  return row ? static_cast<std::uint64_t>(select.Int(0)) : 0;
}

StatusOr<std::uint64_t> RequestRows::BeginTerm(std::string_view fleet) {
  OOFGG_ASSIGN_OR_RETURN(const std::uint64_t term, NextFence(fleet));
  auto update = connection_.Prepare("UPDATE maker_fences SET term = last WHERE fleet = ?");
  OOFGG_RETURN_IF_ERROR(update.Bind(1, fleet).Run());
  return term;
}

StatusOr<orchestration::RequestStore::Line> RequestRows::CountLine(std::string_view fleet) {
  auto count = connection_.Prepare(
      "SELECT count(*), sum(seats) FROM maker_requests INDEXED BY maker_requests_waiting "
      "WHERE fleet = ? AND state = 0");
  count.Bind(1, fleet);
  OOFGG_RETURN_IF_ERROR(count.Step().status());
  return orchestration::RequestStore::Line{static_cast<std::size_t>(count.Int(0)),
                                           static_cast<std::size_t>(count.Int(1))};
}

StatusOr<std::vector<RequestRows::Record>> RequestRows::InState(std::string_view fleet, RequestState state,
                                                                std::size_t most) {
  auto select =
      connection_.Prepare("SELECT " OOFGG_REQUEST_COLUMNS
                          " FROM maker_requests WHERE fleet = ? AND state = ? ORDER BY sequence LIMIT ?");
  select.Bind(1, fleet).Bind(2, Number(state)).Bind(3, most);
  return All(select);
}

StatusOr<std::vector<RequestRows::Record>> RequestRows::OnServer(std::string_view fleet,
                                                                 std::string_view server_id) {
  auto select = connection_.Prepare("SELECT " OOFGG_REQUEST_COLUMNS
                                    " FROM maker_requests WHERE fleet = ? AND server_id = ? ORDER BY id");
  select.Bind(1, fleet).Bind(2, server_id);
  return All(select);
}

StatusOr<std::vector<RequestRows::Record>> RequestRows::LapsedBy(std::string_view fleet, WallTime now) {
  auto select =
      connection_.Prepare("SELECT " OOFGG_REQUEST_COLUMNS
                          " FROM maker_requests WHERE fleet = ? AND state IN (1, 4) AND lease_until <= ?");
  select.Bind(1, fleet).Bind(2, ToMillis(now));
  return All(select);
}

StatusOr<std::vector<RequestRows::Record>> RequestRows::OverdueBy(std::string_view fleet, WallTime now) {
  auto select = connection_.Prepare("SELECT " OOFGG_REQUEST_COLUMNS
                                    " FROM maker_requests WHERE fleet = ? AND state = 0 AND deadline <= ?");
  select.Bind(1, fleet).Bind(2, ToMillis(now));
  return All(select);
}

StatusOr<std::optional<WallTime>> RequestRows::NextMoment(std::string_view fleet) {
  auto first = connection_.Prepare(
      "SELECT min(CASE WHEN state = 0 THEN deadline ELSE lease_until END) FROM maker_requests "
      "WHERE fleet = ? AND state IN (0, 1, 4)");
  first.Bind(1, fleet);
  OOFGG_RETURN_IF_ERROR(first.Step().status());
  if (first.IsNull(0)) return std::nullopt;
  return FromMillis(first.Int(0));
}

Status RequestRows::EraseFailedBefore(std::string_view fleet, WallTime deadline) {
  auto erase =
      connection_.Prepare("DELETE FROM maker_requests WHERE fleet = ? AND state = 3 AND deadline <= ?");
  return erase.Bind(1, fleet).Bind(2, ToMillis(deadline)).Run();
}

StatusOr<std::string> RequestRows::SeatHolder(std::string_view fleet, std::string_view player) {
  auto select = connection_.Prepare("SELECT request_id FROM maker_seats WHERE fleet = ? AND player = ?");
  select.Bind(1, fleet).Bind(2, player);
  OOFGG_ASSIGN_OR_RETURN(const bool row, select.Step());
  return row ? select.Text(0) : std::string();
}

StatusOr<std::int64_t> RequestRows::SeatsOnServer(std::string_view fleet, std::string_view server_id) {
  auto count = connection_.Prepare("SELECT count(*) FROM maker_seats WHERE fleet = ? AND server_id = ?");
  count.Bind(1, fleet).Bind(2, server_id);
  OOFGG_RETURN_IF_ERROR(count.Step().status());
  return count.Int(0);
}

StatusOr<bool> RequestRows::HoldsSeats(const Record& record) {
  auto select = connection_.Prepare("SELECT 1 FROM maker_seats WHERE fleet = ? AND request_id = ? LIMIT 1");
  select.Bind(1, std::string_view(record.key.fleet)).Bind(2, std::string_view(record.key.id));
  return select.Step();
}

Status RequestRows::AddSeat(const Record& record, std::string_view player) {
  auto insert =
      connection_.Prepare("INSERT INTO maker_seats (fleet, player, request_id, server_id) VALUES (?,?,?,?)");
  insert.Bind(1, std::string_view(record.key.fleet)).Bind(2, player);
  insert.Bind(3, std::string_view(record.key.id)).Bind(4, std::string_view(record.server.id));
  OOFGG_RETURN_IF_ERROR(insert.Run());
  auto erase =
      connection_.Prepare("DELETE FROM maker_released WHERE fleet = ? AND server_id = ? AND player = ?");
  erase.Bind(1, std::string_view(record.key.fleet)).Bind(2, std::string_view(record.server.id));
  return erase.Bind(3, player).Run();
}

Status RequestRows::ReleaseSeat(std::string_view fleet, std::string_view player) {
  auto keep = connection_.Prepare(
      "INSERT OR IGNORE INTO maker_released (fleet, server_id, player) "
      "SELECT fleet, server_id, player FROM maker_seats WHERE fleet = ? AND player = ?");
  OOFGG_RETURN_IF_ERROR(keep.Bind(1, fleet).Bind(2, player).Run());
  auto erase = connection_.Prepare("DELETE FROM maker_seats WHERE fleet = ? AND player = ?");
  return erase.Bind(1, fleet).Bind(2, player).Run();
}

Status RequestRows::ReleaseSeats(Record& record) {
  record.server = {};
  const std::string_view fleet = record.key.fleet;
  const std::string_view id = record.key.id;
  auto keep = connection_.Prepare(
      "INSERT OR IGNORE INTO maker_released (fleet, server_id, player) "
      "SELECT fleet, server_id, player FROM maker_seats WHERE fleet = ? AND request_id = ?");
  OOFGG_RETURN_IF_ERROR(keep.Bind(1, fleet).Bind(2, id).Run());
  auto erase = connection_.Prepare("DELETE FROM maker_seats WHERE fleet = ? AND request_id = ?");
  return erase.Bind(1, fleet).Bind(2, id).Run();
}

StatusOr<bool> RequestRows::IsClosed(std::string_view fleet, std::string_view server_id) {
  auto select =
      connection_.Prepare("SELECT 1 FROM maker_servers WHERE fleet = ? AND server_id = ? AND closed = 1");
  select.Bind(1, fleet).Bind(2, server_id);
  return select.Step();
}

Status RequestRows::Close(std::string_view fleet, std::string_view server_id) {
  auto replace = connection_.Prepare("INSERT OR REPLACE INTO maker_servers VALUES (?,?,1)");
  return replace.Bind(1, fleet).Bind(2, server_id).Run();
}

Status RequestRows::MarkServer(std::string_view fleet, std::string_view server_id) {
  auto insert = connection_.Prepare("INSERT OR IGNORE INTO maker_servers VALUES (?,?,0)");
  return insert.Bind(1, fleet).Bind(2, server_id).Run();
}

StatusOr<std::vector<orchestration::ServerMark>> RequestRows::MarkedServers(std::string_view fleet) {
  auto select =
      connection_.Prepare("SELECT server_id, closed FROM maker_servers WHERE fleet = ? ORDER BY server_id");
  select.Bind(1, fleet);
  std::vector<orchestration::ServerMark> marks;
  while (true) {
    OOFGG_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return marks;
    marks.push_back({select.Text(0), select.Int(1) != 0});
  }
}

Status RequestRows::ForgetServer(std::string_view fleet, std::string_view server_id) {
  auto unmark = connection_.Prepare("DELETE FROM maker_servers WHERE fleet = ? AND server_id = ?");
  OOFGG_RETURN_IF_ERROR(unmark.Bind(1, fleet).Bind(2, server_id).Run());
  auto erase = connection_.Prepare("DELETE FROM maker_released WHERE fleet = ? AND server_id = ?");
  return erase.Bind(1, fleet).Bind(2, server_id).Run();
}

#undef OOFGG_REQUEST_COLUMNS

}  // namespace oofgg::storage
