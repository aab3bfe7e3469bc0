#pragma once

#include <type_traits>
#include <vector>

#include "oofgg/status.h"
#include "storage/sqlite/connection.h"

namespace oofgg::storage {

/// Steps a bound statement to its end; `read` makes a value of each row.
template <typename Read>
StatusOr<std::vector<std::invoke_result_t<Read, const Statement&>>> AllRows(Statement& statement, Read read) {
  std::vector<std::invoke_result_t<Read, const Statement&>> values;
  while (true) {
    OOFGG_ASSIGN_OR_RETURN(const bool row, statement.Step());
    if (!row) return values;
    values.push_back(read(statement));
  }
}

}  // namespace oofgg::storage
