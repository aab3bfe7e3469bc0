#pragma once

#include <span>
#include <string_view>

namespace oofgg::storage {

/// The tables and functions of `PostgresRefreshStore`, as `PostgresDatabase::Migrate` takes them.
[[nodiscard]] std::span<const std::string_view> RefreshMigrations();

}  // namespace oofgg::storage
