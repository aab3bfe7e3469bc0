#pragma once

#include <absl/functional/function_ref.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "oofgg/status.h"
#include "storage/sqlite/connection.h"

namespace oofgg::storage {

/// One SQLite file, shared by the stores of a server: one thread writes and groups commits, a few connections
/// read beside it (docs/decisions/0004-sqlite-group-commit.md).
///
/// Threads: safe. Bodies of `Write` run one at a time, on the writer's thread; bodies of `Read` run on the
/// caller's. A body uses only the connection it is given: a `Write` or `Read` of the same database inside it
/// is refused (kFailedPrecondition), as it would wait for itself.
/// Errors: those of `Statement`. kUnavailable: nothing was stored, try again.
class Database {
 public:
  /// Opens or creates the file, with mode 0600, and its missing parent folders, with mode 0700. ":memory:" is
  /// a database of its own that ends with this object, for tests; reads then take turns with the writes.
  [[nodiscard]] static StatusOr<std::unique_ptr<Database>> Open(const std::string& path);
  /// No call may be under way.
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Brings the tables of `component` to version `migrations.size()`, by running the scripts that this file
  /// has not seen yet, all or none. A script, once released, is never changed; new ones are added behind it.
  /// Errors: kFailedPrecondition if the file is newer than this program.
  [[nodiscard]] Status Migrate(std::string_view component, std::span<const std::string_view> migrations);

  /// Runs `body` and returns once its changes are durable. An error of the body rolls back only this body.
  [[nodiscard]] Status Write(absl::FunctionRef<Status(Connection&)> body);

  /// The same for `body(connection, 0)`, `body(connection, 1)` … , one for each of `results`: each is rolled
  /// back alone if it fails. Costs less than as many calls of `Write`, from one thread or from several.
  void WriteTogether(absl::FunctionRef<Status(Connection&, std::size_t)> body, std::span<Status> results);

  /// Runs `body` on one consistent snapshot that holds every `Write` that returned before. It cannot write.
  [[nodiscard]] Status Read(absl::FunctionRef<Status(Connection&)> body);

 private:
  struct Impl;
  explicit Database(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace oofgg::storage
