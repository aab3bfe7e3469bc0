#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "oofgg/backoff.h"
#include "oofgg/clock.h"
#include "storage/postgres/job.h"
#include "storage/postgres/target.h"

namespace oofgg::storage {

/// Whom a connection works for.
class PgConnectionHost {
 public:
  virtual ~PgConnectionHost() = default;
  /// `job` has not been done, and is to be run once more.
  virtual void GiveBack(std::shared_ptr<PgJob> job) = 0;
  virtual void OnUp() = 0;
  virtual void OnDown(const std::string& why) = 0;
};

struct PgConnectionLimits {
  std::chrono::milliseconds connect_timeout;
  std::chrono::milliseconds patience;  ///< With a server that owes an answer and is silent.
};

/// One connection to the server, made again whenever it breaks. It takes a batch of jobs at a time, sends all
/// of them at once in pipeline mode, and answers each when its transaction has ended. Threads: the I/O
/// thread's; never blocks but to look up host names.
class PgConnection {
 public:
  using Batch = std::vector<std::shared_ptr<PgJob>>;

  /// `target` and `host` must outlive it. Connects at the first `OnTime`.
  PgConnection(const PgTarget& target, PgConnectionLimits limits, int epoll, PgConnectionHost& host);
  PgConnection(const PgConnection&) = delete;
  PgConnection& operator=(const PgConnection&) = delete;

  [[nodiscard]] bool IsIdle() const { return state_ == State::kIdle; }

  /// Sends `batch`, which is not empty; only while idle.
  void Start(Batch batch);

  /// Its socket is ready.
  void OnReady();
  /// The moment at which it wants `OnTime`.
  [[nodiscard]] TimePoint next_moment() const { return moment_; }
  void OnTime();

  /// Ends the connection, to be made again after a while.
  void Break(const std::string& why);

 private:
  enum class State { kDown, kConnecting, kIdle, kBusy };

  /// What shares a transaction, and what is known of it: jobs, or the preparation of one statement.
  struct Unit {
    Batch jobs;
    const PgStatement* prepares = nullptr;
    std::vector<PgResult> results;
    Status failure;
    bool connection_ends = false;
  };

  static std::vector<Unit> Divide(Batch batch);
  bool Send(const Unit& unit);
  bool Prepare(const PgStatement& statement);
  bool SendJob(const PgJob& job);

  void Connect();
  void Advance();
  void Read();
  void Take(PgResult result);
  void FinishUnit();
  void FailUsersOf(const Unit& preparation);
  void Flush();
  void Watch(std::uint32_t events);
  void SetState(State state, Duration lasts_at_most);

  const PgTarget& target_;
  const PgConnectionLimits limits_;
  const int epoll_;
  PgConnectionHost& host_;
  Backoff backoff_;
  State state_ = State::kDown;
  TimePoint moment_{};
  std::size_t first_host_ = 0;
  PgHandle handle_;
  std::unordered_map<const PgStatement*, std::string> prepared_;
  std::uint64_t last_name_ = 0;
  std::deque<Unit> units_;
};

}  // namespace oofgg::storage
