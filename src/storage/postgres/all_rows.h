#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "oofgg/status.h"
#include "storage/postgres/result.h"

namespace oofgg::storage {

/// What `read(result, row)` makes of each row.
template <typename Read>
auto AllRows(const PgResult& result, Read read) {
  std::vector<decltype(read(result, 0))> all;
  all.reserve(static_cast<std::size_t>(result.rows()));
  for (int row = 0; row < result.rows(); ++row) all.push_back(read(result, row));
  return all;
}

/// The same of a `read` that gives a `StatusOr`; its first error ends it.
template <typename Read>
auto TryAllRows(const PgResult& result, Read read)
    -> StatusOr<std::vector<typename decltype(read(result, 0))::value_type>> {
  std::vector<typename decltype(read(result, 0))::value_type> all;
  all.reserve(static_cast<std::size_t>(result.rows()));
  for (int row = 0; row < result.rows(); ++row) {
    OOFGG_ASSIGN_OR_RETURN(auto one, read(result, row));
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace oofgg::storage
