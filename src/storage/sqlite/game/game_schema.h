#pragma once

#include "oofgg/status.h"

namespace oofgg::storage {

class Database;

/// Brings the tables of the game stores up to date. Once, before any of these stores is used.
[[nodiscard]] Status MigrateGameTables(Database& database);

}  // namespace oofgg::storage
