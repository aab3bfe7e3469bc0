#pragma once

#include <string>

#include "oofgg/status.h"
#include "storage/postgres/result.h"

namespace oofgg::storage {

/// What an update gives that was to replace `row` at its version, and was `written` or not. `find` reads the
/// row as it is now; where it was written by a first run whose answer was lost, that is what we wrote.
template <typename Row, typename Find>
StatusOr<Row> AfterUpdate(Row row, bool written, const PgResult& result, const std::string& what, Find find) {
  ++row.version;
  if (written) return row;
  OOFGG_ASSIGN_OR_RETURN(const Row stored, find());
  if (result.repeated() && stored == row) return row;
  return MakeStatus(StatusCode::kAborted, what + " " + row.id + " was written at the same time");
}

}  // namespace oofgg::storage
