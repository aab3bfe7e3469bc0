#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "auth/code_store.h"

namespace oofgg::storage {

class PostgresDatabase;

/// A `CodeStore` in PostgreSQL.
class PostgresCodeStore final : public auth::CodeStore {
 public:
  /// Makes or upgrades its table. `database` must outlive the store.
  [[nodiscard]] static StatusOr<std::unique_ptr<PostgresCodeStore>> Make(PostgresDatabase& database);

  Status Put(const auth::OneTimeCode& code) override;
  StatusOr<auth::OneTimeCode> Take(std::string_view user_id, auth::CodePurpose purpose, std::string_view hash,
                                   WallTime now) override;
  Status EraseCodes(std::string_view user_id) override;
  StatusOr<std::size_t> PurgeExpired(WallTime now, std::size_t limit) override;

 private:
  explicit PostgresCodeStore(PostgresDatabase& database) : database_(&database) {}

  PostgresDatabase* database_;
};

}  // namespace oofgg::storage
