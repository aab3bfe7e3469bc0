#pragma once

#include <cstddef>
#include <vector>

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

}  // namespace oofgg::storage
