#pragma once

#include <concepts>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "oofgg/status.h"

struct sqlite3;
struct sqlite3_stmt;

namespace oofgg::storage {

class Connection;

/// One SQL statement: bound, stepped, and given back to its connection when it goes. Never outlives the
/// connection, nor the body of `Database::Write` or `Read` that prepared it.
///
/// Faults in the SQL or in a binding are kept and returned by `Step` and `Run`.
/// Errors: kAlreadyExists (unique constraint), kFailedPrecondition (any other constraint), kUnavailable
/// (busy, disk full or failing: try again), kDataLoss (the file is damaged), kInternal (the rest: a fault of
/// ours).
class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  /// Parameters count from 1. Values are copied.
  Statement& Bind(int index, std::int64_t value);
  template <std::integral T>
  Statement& Bind(int index, T value) {
    return Bind(index, static_cast<std::int64_t>(value));
  }
  Statement& Bind(int index, double value);
  Statement& Bind(int index, std::string_view text);
  Statement& Bind(int index, std::nullptr_t);
  Statement& BindBlob(int index, std::string_view bytes);

  /// True: the next row is there to be read. False or an error: the statement may be bound and run again;
  /// bindings that are not replaced stay.
  [[nodiscard]] StatusOr<bool> Step();

  /// Steps to the end. A row is an error (kInternal).
  [[nodiscard]] Status Run();

  /// Columns count from 0; valid after `Step` returned true. SQLite converts between types as it sees fit;
  /// NULL reads as 0 or "". `Text` reads blobs too.
  [[nodiscard]] std::int64_t Int(int column) const;
  [[nodiscard]] double Real(int column) const;
  [[nodiscard]] std::string Text(int column) const;
  /// As `Text`, without a copy: valid until the next call of a method that is not const.
  [[nodiscard]] std::string_view TextView(int column) const;
  [[nodiscard]] bool IsNull(int column) const;

 private:
  friend class Connection;
  Statement(Connection& connection, sqlite3_stmt* handle, bool cached, Status fault)
      : connection_(&connection), handle_(handle), cached_(cached), fault_(std::move(fault)) {}

  void Note(int result);
  void Reset();

  Connection* connection_;
  sqlite3_stmt* handle_;  // Null if the SQL has a fault.
  bool cached_;
  Status fault_;
};

/// A connection to a SQLite file, with the statements it has prepared. Threads: one at a time.
class Connection {
 public:
  /// A connection to an existing file, or to a new database in memory if `path` is ":memory:".
  [[nodiscard]] static StatusOr<std::unique_ptr<Connection>> Open(const std::string& path);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Prepares one statement, or takes it from the cache. Never fails: the statement keeps the fault.
  [[nodiscard]] Statement Prepare(std::string_view sql);

  /// Runs a script of any number of statements that give no rows; for schemas.
  [[nodiscard]] Status Execute(const std::string& script);

  /// How many rows the last INSERT, UPDATE or DELETE touched.
  [[nodiscard]] std::int64_t Changes() const;

  /// The rowid of the last INSERT.
  [[nodiscard]] std::int64_t LastInsertId() const;

  /// Whether a transaction is open. SQLite rolls back by itself after some errors, such as a full disk.
  [[nodiscard]] bool InTransaction() const;

 private:
  friend class Statement;
  struct Cached {
    sqlite3_stmt* handle = nullptr;
    bool in_use = false;
  };

  explicit Connection(sqlite3* handle) : handle_(handle) {}
  [[nodiscard]] Status ErrorOf(int result) const;
  void GiveBack(sqlite3_stmt* handle);

  sqlite3* handle_;
  std::map<std::string, Cached, std::less<>> cache_;
};

}  // namespace oofgg::storage
