#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "oofgg/executor.h"

namespace oofgg::net {

class WebSocketConnection;

/// Connections that may have something to tell, until they are pumped: in the turn of the thread that found
/// it out, so that one peer's event is with the others without another thread's waking up, or by a few tasks
/// on the workers, however many there are of them. Threads: safe. Lifetime: its connections own it as it does
/// them, until they are pumped or `Clear` is called.
class PumpQueue : public std::enable_shared_from_this<PumpQueue> {
 public:
  using Item = std::shared_ptr<WebSocketConnection>;

  /// While it lasts, what is added on this thread waits for its end, and is pumped then and there. Declare
  /// it before any lock that a pump takes.
  class Turn {
   public:
    explicit Turn(PumpQueue& queue);
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    friend class PumpQueue;
    PumpQueue& queue_;
    std::vector<Item> items_;
    Turn* const outer_;
  };

  explicit PumpQueue(Executor& workers) : workers_(workers) {}

  void Add(Item connection);
  void Clear();

 private:
  void PostTask();
  void Work();
  [[nodiscard]] Item TakeOrEndTask();

  Executor& workers_;
  std::mutex mutex_;  // A leaf.
  std::deque<Item> items_;
  std::size_t tasks_ = 0;
};

}  // namespace oofgg::net
