#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "auth/code_store.h"

namespace oofgg::storage {

class Database;

/// A `CodeStore` in a SQLite file.
class SqliteCodeStore final : public auth::CodeStore {
 public:
  /// Makes or upgrades its table. `database` must outlive the store.
  [[nodiscard]] static StatusOr<std::unique_ptr<SqliteCodeStore>> Make(Database& database);

  Status Put(const auth::OneTimeCode& code) override;
  StatusOr<auth::OneTimeCode> Take(std::string_view user_id, auth::CodePurpose purpose, std::string_view hash,
                                   WallTime now) override;
  Status EraseCodes(std::string_view user_id) override;
  StatusOr<std::size_t> PurgeExpired(WallTime now, std::size_t limit) override;

 private:
  explicit SqliteCodeStore(Database& database) : database_(&database) {}

  Database* database_;
};

}  // namespace oofgg::storage
