#pragma once

#include <span>
#include <string_view>

#include "oofgg/status.h"

namespace oofgg::storage {

class Database;

/// Brings the tables of the game stores up to date. Once, before any of these stores is used.
[[nodiscard]] Status MigrateGameTables(Database& database);

/// The scripts that this runs, under the name "game"; for tests of what they make of older files.
[[nodiscard]] std::span<const std::string_view> GameMigrations();

}  // namespace oofgg::storage
