#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "oofgg/executor.h"
#include "oofgg/status.h"
#include "servers/common/stderr_log.h"

namespace boost::asio {
class io_context;
}

namespace oofgg::servers {

/// How many of `limit` descriptors a listener may give to its connections: the rest, 1,000 or a quarter if
/// that is less, is for databases, gRPC, HTTP and what they call.
[[nodiscard]] std::size_t DescriptorsForConnections(std::size_t limit);

/// What every server process has: the threads that run its sockets, its log, and the wait for its end.
/// Threads: `main` owns it.
class Process {
 public:
  /// Blocks SIGINT and SIGTERM for all threads started later, ignores SIGPIPE, raises the limit of
  /// descriptors to what is allowed, and sends the library's log to stderr.
  Process(const std::string& name, LogOptions log);
  ~Process();

  [[nodiscard]] boost::asio::io_context& io() { return *io_; }

  /// Starts `threads` threads that run `io()`.
  void Start(std::size_t threads);

  /// Says on stdout that the server serves, as one line: `ready grpc=127.0.0.1:50051 …`. Scripts,
  /// tests and `oofgg up` wait for it.
  static void AnnounceReady(const std::vector<std::pair<std::string, std::string>>& addresses);

  /// Returns when SIGINT or SIGTERM arrives.
  void WaitForSignal();
  /// Whether one has come that `WaitForSignal` has not returned for: for waits before it.
  [[nodiscard]] static bool StopRequested();

  /// How many descriptors this process may have; the constructor has raised that as far as it is allowed.
  [[nodiscard]] static std::size_t DescriptorLimit();

  /// Ends the socket threads.
  void Stop();

 private:
  struct Guard;
  StderrLog log_;
  std::unique_ptr<boost::asio::io_context> io_;
  std::unique_ptr<Guard> guard_;
  std::vector<std::thread> threads_;
};

}  // namespace oofgg::servers
