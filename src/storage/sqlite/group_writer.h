#pragma once

#include <absl/functional/function_ref.h>

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "oofgg/status.h"
#include "storage/sqlite/connection.h"

namespace oofgg::storage {

using Body = absl::FunctionRef<Status(Connection&)>;
/// Several bodies, by number.
using Bodies = absl::FunctionRef<Status(Connection&, std::size_t)>;

/// The one thread that writes. While a commit waits for the disk, the bodies that arrive are gathered, and
/// the next transaction carries them all: nobody waits for company, and a crowd shares one sync. Threads:
/// safe.
class GroupWriter {
 public:
  explicit GroupWriter(std::unique_ptr<Connection> connection);
  /// Nobody may be in `Run`.
  ~GroupWriter();
  GroupWriter(const GroupWriter&) = delete;
  GroupWriter& operator=(const GroupWriter&) = delete;

  enum class Kind { kWrite, kReadOnly };

  /// Runs `body` on the writer's thread, in its own savepoint, and returns when its transaction is durable.
  /// If the transaction fails, all of its bodies get that error: what they saw of each other never happened.
  [[nodiscard]] Status Run(Kind kind, Body body);

  /// The same for as many bodies as there are `results`, each in a savepoint of its own: one caller waits for
  /// all of them.
  void RunTogether(Kind kind, Bodies bodies, std::span<Status> results);

 private:
  struct Caller {
    std::size_t left;                  // Bodies without a result.
    std::condition_variable finished;  // One each, so that a commit wakes only its own.
  };
  struct Job {
    Kind kind;
    Bodies bodies;
    std::size_t number;
    Status* result;
    Caller* caller;
  };

  void Work();
  void Commit(const std::vector<Job>& group);
  Status RunAll(const std::vector<Job>& group);
  Status RunOne(const Job& job);

  std::unique_ptr<Connection> connection_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<Job> waiting_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace oofgg::storage
