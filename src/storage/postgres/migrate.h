#pragma once

#include <span>
#include <string_view>

#include "oofgg/status.h"
#include "storage/postgres/target.h"

namespace oofgg::storage {

/// `PostgresDatabase::Migrate`, on a connection of its own.
[[nodiscard]] Status MigratePostgres(const PgTarget& target, std::string_view component,
                                     std::span<const std::string_view> migrations);

}  // namespace oofgg::storage
