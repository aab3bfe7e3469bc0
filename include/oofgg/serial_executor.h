#pragma once

#include <memory>

#include "oofgg/executor.h"

namespace oofgg {

/// Runs its tasks one at a time, in the order posted, on the threads of another executor: the mailbox of an
/// actor, whose state then needs no lock.
///
/// Threads: safe. A timer cancelled from one of its own tasks never runs afterwards, even if it came due.
/// Lifetime: the underlying executor must outlive it. The destructor drops tasks and timers that have not
/// begun and waits for the one that runs, unless it is called from that very task; so what the tasks point
/// to may go right after it. Do not hold a lock there that a task takes.
class SerialExecutor final : public Executor {
 public:
  explicit SerialExecutor(Executor& underlying);
  ~SerialExecutor() override;
  SerialExecutor(const SerialExecutor&) = delete;
  SerialExecutor& operator=(const SerialExecutor&) = delete;

  void Post(Task task) override;
  TimerId PostAt(TimePoint when, Task task) override;
  bool Cancel(TimerId timer) override;

  /// What the destructor does, now: what is posted later is dropped. For owners whose users come late.
  void Close();

 private:
  class State;
  std::shared_ptr<State> state_;  // Shared with what waits in the underlying executor.
};

}  // namespace oofgg
