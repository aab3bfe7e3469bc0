#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "oofgg/status.h"
#include "storage/postgres/connection.h"
#include "storage/postgres/job.h"
#include "storage/postgres/target.h"

namespace oofgg::storage {

/// The connections and the one thread that serves them. While all are busy, jobs gather, and the next
/// connection that is free takes all of them: nobody waits for company, and a crowd shares commits. Threads:
/// safe.
class PgPool final : private PgConnectionHost {
 public:
  struct Options {
    std::size_t connections;
    std::size_t max_waiting;
    PgConnectionLimits limits;
  };

  [[nodiscard]] static StatusOr<std::unique_ptr<PgPool>> Start(PgTarget target, Options options);
  /// Nobody may wait for a job.
  ~PgPool() override;
  PgPool(const PgPool&) = delete;
  PgPool& operator=(const PgPool&) = delete;

  /// kResourceExhausted if too many wait already.
  [[nodiscard]] Status Submit(std::shared_ptr<PgJob> job);
  /// Its caller waits no longer. Whether it was still waiting; if not, it is on its way or has been run.
  bool Withdraw(const PgJob& job);

  /// Why there is no connection at all; empty while there is one.
  [[nodiscard]] std::string Outage();

 private:
  PgPool(PgTarget target, Options options, int epoll, int wake);

  void GiveBack(std::shared_ptr<PgJob> job) override;
  void OnUp() override;
  void OnDown(const std::string& why) override;

  void Work();
  void Dispatch();
  PgConnection::Batch TakeBatch();
  void WaitForWork();
  void Wake() const;

  const PgTarget target_;
  const Options options_;
  const int epoll_;
  const int wake_;
  std::deque<PgConnection> connections_;  // The I/O thread's.

  std::mutex mutex_;
  std::deque<std::shared_ptr<PgJob>> waiting_;
  bool asleep_ = false;
  bool stopping_ = false;
  std::string outage_ = "no connection was made yet";
  std::thread thread_;
};

}  // namespace oofgg::storage
