#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace oofgg::storage {

/// What a statement may share with those of other callers that arrive with it.
enum class PgKind {
  kRead,   ///< Writes nothing. Reads share a transaction, and are repeated when an answer is lost.
  kWrite,  ///< A transaction of its own.
  /// Shares a transaction, hence a commit, with others of its kind. It must lock one existing row at most,
  /// which its first parameter names: groups lock in the order of that parameter, so that none waits in a
  /// circle.
  kGroupedWrite,
};

/// One SQL statement of a store, prepared once on each connection; it must outlive the database, as a
/// constant does. Types of parameters are told from the SQL: where no column says them, by a cast.
struct PgStatement {
  const char* sql;
  PgKind kind = PgKind::kWrite;
  /// Whether it is run again when a connection breaks before its answer. The store must then be content with
  /// what two runs leave behind, and reads in `PgResult::repeated` that there may have been two.
  bool repeatable = false;
};

/// Values for `$1`, `$2`, …, in order. They go beside the SQL and never become part of it.
class PgParams {
 public:
  struct Value {
    std::string bytes;
    bool null = false;
  };

  PgParams& Text(std::string_view text) { return Add(std::string(text)); }
  /// For `bytea`.
  PgParams& Bytes(std::string_view bytes) { return Add(std::string(bytes)); }
  /// For `bigint`.
  PgParams& Int(std::int64_t value);
  PgParams& Bool(bool value) { return Add(std::string(1, value ? '\1' : '\0')); }
  /// For `double precision`; arrives bit for bit.
  PgParams& Real(double value);
  /// For `text[]`, `bigint[]` and `double precision[]`.
  PgParams& Texts(std::span<const std::string> values);
  PgParams& Ints(std::span<const std::int64_t> values);
  PgParams& Reals(std::span<const double> values);
  PgParams& Null();

  [[nodiscard]] const std::vector<Value>& values() const { return values_; }

 private:
  PgParams& Add(std::string bytes);

  std::vector<Value> values_;
};

}  // namespace oofgg::storage
