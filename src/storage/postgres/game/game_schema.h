#pragma once

#include <span>
#include <string_view>

#include "oofgg/status.h"

namespace oofgg::storage {

class PostgresDatabase;

/// Makes or upgrades the tables of the game room's stores. They are one component, as sessions, entities and
/// what creation keys made refer to one another. Errors: those of `PostgresDatabase::Migrate`.
[[nodiscard]] Status MigrateGameTables(PostgresDatabase& database);

/// The scripts that this runs, under the name "game"; for tests of what they make of older tables.
[[nodiscard]] std::span<const std::string_view> PostgresGameMigrations();

}  // namespace oofgg::storage
