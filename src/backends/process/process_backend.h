#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "backends/process/process_limits.h"
#include "backends/process/server_ports.h"
#include "orchestration/container_backend.h"

namespace oofgg::backends {

struct ProcessBackendOptions {
  /// PROCESS_COMMAND: the program and its arguments; `{port}`, `{control_port}` and `{server_id}` are
  /// filled in, in the environment too.
  std::string command;
  /// Where records and output of game servers are kept; made if need be.
  std::string directory;
  std::string public_host{};               ///< PUBLIC_HOST, or empty: as the caller reached the maker.
  std::string control_host = "127.0.0.1";  ///< Where the maker reaches the servers.
  std::optional<PortRange> ports{};        ///< Nothing: below the ports of outgoing connections.
  ProcessLimits limits{};
  /// PROCESS_LOG_SIZE: of a server's output so much is kept, and as much again of what came before; 0: all.
  std::uint64_t log_bytes = std::uint64_t{16} << 20;
  std::chrono::milliseconds log_period{2'000};  ///< Between two looks at the logs.
};

/// Game servers as processes on this machine. They have a session of their own and outlive the maker; a
/// record on disk (pid and start time) lets the next maker adopt them
/// (docs/decisions/0009-process-backend-adoption.md). Several makers may use one directory: each lists and
/// stops what it is asked for, so that they differ in their fleets is the affair of whoever asks.
class ProcessBackend final : public orchestration::ContainerBackend {
 public:
  /// Errors: kInvalidArgument (command), kFailedPrecondition (directory).
  [[nodiscard]] static StatusOr<std::unique_ptr<ProcessBackend>> Make(ProcessBackendOptions options);
  ~ProcessBackend() override;

  void Start(orchestration::ServerSpec spec, OnStarted on_started) override;
  void Stop(std::string_view id, std::chrono::milliseconds grace, OnStopped on_stopped) override;
  void List(std::string_view fleet, OnListed on_listed) override;
  void WatchExits(std::string_view fleet, OnExit on_exit) override;

 private:
  class Impl;
  explicit ProcessBackend(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace oofgg::backends
