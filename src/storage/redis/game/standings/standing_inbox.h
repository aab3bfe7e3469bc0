#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "game/standing_channel.h"
#include "oofgg/executor.h"

namespace oofgg::storage {

/// News on their way from the thread that hears them, which must not wait, to the listener, on `executor`,
/// which outlives it. What comes faster than it is taken is dropped, and told as a gap. Threads: safe.
class StandingInbox : public std::enable_shared_from_this<StandingInbox> {
 public:
  explicit StandingInbox(Executor& executor) : executor_(executor) {}

  void Put(std::vector<game::StandingNews> news);
  void PutGap();
  /// See StandingChannel::Listen. Not on the executor.
  void Listen(game::StandingChannel::Listener* listener);

 private:
  void DeliverSoonLocked();
  void Deliver();

  Executor& executor_;
  std::mutex delivering_;  // Held while the listener is called; taken before mutex_.
  game::StandingChannel::Listener* listener_ = nullptr;  // Guarded by delivering_.
  std::mutex mutex_;
  std::vector<game::StandingNews> waiting_;
  bool gap_ = false;
  bool posted_ = false;
};

}  // namespace oofgg::storage
