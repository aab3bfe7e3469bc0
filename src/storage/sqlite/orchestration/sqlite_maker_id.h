#pragma once

#include <string>
#include <string_view>

#include "storage/sqlite/database.h"

namespace oofgg::storage {

/// Who the maker is whose data `database` has: the same for ever. `fresh` is it the first time. Errors: those
/// of `Database::Migrate`, kUnavailable.
[[nodiscard]] StatusOr<std::string> SqliteMakerId(Database& database, std::string_view fresh);

}  // namespace oofgg::storage
