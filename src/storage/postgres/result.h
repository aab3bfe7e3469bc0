#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "oofgg/status.h"

struct pg_result;

namespace oofgg::storage {

/// What a statement gave: rows and columns, counted from 0.
class PgResult {
 public:
  explicit PgResult(pg_result* handle) : handle_(handle) {}

  [[nodiscard]] pg_result* handle() const { return handle_.get(); }

  [[nodiscard]] int rows() const;
  /// How many rows an INSERT, UPDATE or DELETE touched.
  [[nodiscard]] std::int64_t affected() const;

  /// Columns of type `bigint`; `text` or `bytea`; `boolean`; `double precision`; `text[]`. NULL reads as 0,
  /// "", false or empty.
  [[nodiscard]] std::int64_t Int(int row, int column) const;
  [[nodiscard]] std::string Text(int row, int column) const;
  [[nodiscard]] bool Bool(int row, int column) const;
  [[nodiscard]] double Real(int row, int column) const;
  [[nodiscard]] std::vector<std::string> Texts(int row, int column) const;
  [[nodiscard]] bool IsNull(int row, int column) const;

  /// The statement may have been run, and stored, once before, as the answer to that run was lost.
  [[nodiscard]] bool repeated() const { return repeated_; }
  void set_repeated(bool repeated) { repeated_ = repeated; }

 private:
  [[nodiscard]] std::string_view Bytes(int row, int column) const;

  struct Clear {
    void operator()(pg_result* handle) const;
  };
  std::unique_ptr<pg_result, Clear> handle_;
  bool repeated_ = false;
};

/// What an SQLSTATE means to the caller of a store. kAlreadyExists (unique constraint), kFailedPrecondition
/// (any other constraint, or rights that we lack), kOutOfRange (a number that leaves its type),
/// kInvalidArgument (any other value that no column takes), kDeadlineExceeded (cancelled by the server),
/// kUnavailable (full, going down, or beaten by others: nothing was stored, try again), kDataLoss (damaged),
/// kInternal (the rest: a fault of ours).
[[nodiscard]] StatusCode CodeOfSqlState(std::string_view state);

/// The error in `result` without what it says of the row at hand, which is personal data.
[[nodiscard]] Status ErrorOf(const PgResult& result);

/// Whether the error in `result` tells of a connection that is of no more use: its server ends, or has become
/// read-only by a failover.
[[nodiscard]] bool EndsConnection(const PgResult& result);

}  // namespace oofgg::storage
