#pragma once

#include <absl/functional/function_ref.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "oofgg/status.h"
#include "storage/sqlite/connection.h"

namespace oofgg::storage {

using Body = absl::FunctionRef<Status(Connection&)>;

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

 private:
  struct Job {
    Job(Kind k, Body b) : kind(k), body(b) {}

    const Kind kind;
    const Body body;
    Status result;
    bool done = false;
    std::condition_variable finished;  // One each, so that a commit wakes only its own.
  };

  void Work();
  void Commit(const std::vector<Job*>& group);
  Status RunAll(const std::vector<Job*>& group);
  Status RunOne(Job& job);

  std::unique_ptr<Connection> connection_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<Job*> waiting_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace oofgg::storage
