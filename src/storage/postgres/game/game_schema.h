#pragma once

#include "oofgg/status.h"

namespace oofgg::storage {

class PostgresDatabase;

/// Makes or upgrades the tables of the game room's stores. They are one component, as sessions, entities and
/// what creation keys made refer to one another. Errors: those of `PostgresDatabase::Migrate`.
[[nodiscard]] Status MigrateGameTables(PostgresDatabase& database);

}  // namespace oofgg::storage
