#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <utility>

#include "oofgg/executor.h"
#include "oofgg/log.h"
#include "oofgg/model/account.h"
#include "oofgg/status.h"

namespace oofgg::servers {

/// Deletes on `executor` what is kept of players, so that who tells of them need not wait. Once it goes, what
/// has not begun is dropped: the next start hears of it again, and no end waits for thousands of deletions.
/// Threads: safe.
class PlayerEraser {
 public:
  using Erasure = std::function<Status(const DeletedUser&)>;

  /// The executor outlives it; what `erase` uses outlives the executor's tasks.
  PlayerEraser(Executor& executor, Erasure erase)
      : executor_(executor), work_(std::make_shared<Work>(std::move(erase))) {}
  ~PlayerEraser() { work_->stopped = true; }
  PlayerEraser(const PlayerEraser&) = delete;
  PlayerEraser& operator=(const PlayerEraser&) = delete;

  void Erase(const DeletedUser& user) {
    executor_.Post([work = work_, user] { work->Run(user); });
  }

 private:
  struct Work {
    explicit Work(Erasure erasure) : erase(std::move(erasure)) {}
    void Run(const DeletedUser& user) const {
      if (stopped) return;
      if (const Status erased = erase(user); !erased.ok()) {
        Log(LogLevel::kWarning, "game",
            "cannot delete what is kept of player " + user.user_id + ": " + erased.ToString() +
                "; trying again");
      }
    }
    const Erasure erase;
    std::atomic<bool> stopped = false;
  };

  Executor& executor_;
  const std::shared_ptr<Work> work_;
};

}  // namespace oofgg::servers
