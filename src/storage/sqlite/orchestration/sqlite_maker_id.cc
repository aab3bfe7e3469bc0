#include "storage/sqlite/orchestration/sqlite_maker_id.h"

#include <array>

namespace oofgg::storage {
namespace {

constexpr std::array<std::string_view, 1> kMakerIdMigrations = {R"sql(
  CREATE TABLE maker_id (one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1), id TEXT NOT NULL);
)sql"};

}  // namespace

StatusOr<std::string> SqliteMakerId(Database& database, std::string_view fresh) {
  OOFGG_RETURN_IF_ERROR(database.Migrate("maker_id", kMakerIdMigrations));
  std::string id;
  const Status kept = database.Write([&](Connection& connection) -> Status {
    auto insert = connection.Prepare("INSERT OR IGNORE INTO maker_id (one, id) VALUES (1, ?)");
    OOFGG_RETURN_IF_ERROR(insert.Bind(1, fresh).Run());
    auto select = connection.Prepare("SELECT id FROM maker_id");
    OOFGG_RETURN_IF_ERROR(select.Step().status());
    id = select.Text(0);
    return absl::OkStatus();
  });
  OOFGG_RETURN_IF_ERROR(kept);
  return id;
}

}  // namespace oofgg::storage
