#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "tests/support/child_process.h"
#include "tests/support/temporary_directory.h"

namespace oofgg::testing {

/// A real PostgreSQL of the test's own, on a free port of 127.0.0.1; it ends with the test, however that
/// ends. A test that finds none on this machine fails. Threads: one owner.
class PostgresServer {
 public:
  struct Options {
    bool fsync = false;       ///< Whether a commit waits for the disk, as where figures are measured.
    std::string folder = {};  ///< Where its data lie; empty: the system's temporary folder.
  };

  PostgresServer() : PostgresServer(Options{}) {}
  explicit PostgresServer(const Options& options);
  ~PostgresServer();

  /// One for all tests of this program.
  static PostgresServer& Shared();

  /// `postgresql://…` of its one database.
  [[nodiscard]] std::string url() const;
  /// The same with an empty schema of its own for what is made there.
  [[nodiscard]] std::string NewSchemaUrl();
  /// The same with the schema that is `name`'s, made if there is none.
  [[nodiscard]] std::string SchemaUrl(const std::string& name) const;
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] pid_t pid() const { return server_->pid(); }

  /// Runs one of its programs, such as `psql` or `pgbench`, against this server; what it printed. The test
  /// fails if it does.
  std::string RunTool(const std::string& tool, std::vector<std::string> arguments) const;
  /// What the SQL gives, unaligned, one row a line.
  std::string Sql(const std::string& sql) const;

  /// `kill -9` of the server's first process; the others end by themselves.
  void Kill();
  /// SIGINT: a fast shutdown, in which clients are told to go.
  void Stop();
  /// Starts it again on the same port and data; returns when it takes connections.
  void Start();
  /// SIGSTOP or SIGCONT to all of its processes.
  void SignalAll(int signal) const;

 private:
  void StartAnywhere();
  /// False: it has ended, for what it says in its errors.
  bool TryStart();
  ChildProcess::Options AsItsUser(const std::string& program, std::vector<std::string> arguments) const;

  TemporaryDirectory directory_;
  std::string programs_;
  std::vector<std::string> settings_;
  std::uint16_t port_ = 0;
  int last_schema_ = 0;
  std::unique_ptr<ChildProcess> server_;
};

}  // namespace oofgg::testing
