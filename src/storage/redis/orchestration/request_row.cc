#include "storage/redis/orchestration/request_row.h"

#include <chrono>

#include "oofgg/parse.h"
#include "storage/redis/packed.h"

namespace oofgg::storage {

using orchestration::RequestKey;
using orchestration::RequestRecord;
using orchestration::RequestState;

namespace {

Status NotARow(const RequestKey& key) {
  return MakeStatus(StatusCode::kInternal, "the row of request " + key.id + " in Redis cannot be read");
}

/// Reads the fields of a row; `ok` says at the end whether all made sense.
class RowReader {
 public:
  explicit RowReader(std::string_view row) : fields_(row) {}

  std::string Text() { return std::string(fields_.Text()); }
  std::string_view Raw() { return fields_.Text(); }
  template <typename Number>
  Number Whole() {
    const auto number = ParseInteger<Number>(fields_.Text());
    if (!number.ok()) ok_ = false;
    return number.value_or(0);
  }
  WallTime Moment() { return WallTime(std::chrono::milliseconds(Whole<std::int64_t>())); }

  [[nodiscard]] bool ok() const { return ok_ && fields_.ok() && fields_.at_end(); }

 private:
  PackedReader fields_;
  bool ok_ = true;
};

}  // namespace

StatusOr<RequestRecord> RequestOf(const RequestKey& key, std::string_view row) {
  RowReader fields(row);
  RequestRecord record;
  record.key = key;
  fields.Text();  // The mark of the last write, which only scripts look at.
  const auto state = fields.Whole<std::uint8_t>();
  record.sequence = fields.Whole<std::uint64_t>();
  record.fence = fields.Whole<std::uint64_t>();
  record.lease_until = fields.Moment();
  record.deadline = fields.Moment();
  record.failures = fields.Whole<std::uint32_t>();
  record.server.id = fields.Text();
  record.server.host = fields.Text();
  record.server.port = fields.Whole<std::uint16_t>();
  record.server.control = fields.Text();
  record.error = fields.Text();
  PackedReader players(fields.Raw());
  while (!players.at_end() && players.ok()) record.players.emplace_back(players.Text());
  if (!fields.ok() || !players.ok() || state > static_cast<std::uint8_t>(RequestState::kOccupied)) {
    return NotARow(key);
  }
  record.state = static_cast<RequestState>(state);
  return record;
}

std::string PackPlayers(const std::vector<std::string>& players) {
  PackedWriter packed;
  for (const std::string& player : players) packed.Text(player);
  return packed.Take();
}

std::string MillisText(WallTime when) {
  return std::to_string(
      std::chrono::duration_cast<std::chrono::milliseconds>(when.time_since_epoch()).count());
}

StatusOr<WallTime> MomentOf(std::string_view millis) {
  OOFGG_ASSIGN_OR_RETURN(const auto count, ParseInteger<std::int64_t>(millis));
  return WallTime(std::chrono::milliseconds(count));
}

}  // namespace oofgg::storage
