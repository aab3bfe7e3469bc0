#include "tests/integration/chaos/chaos_player.h"

namespace oofgg::testing {
void ChaosPlayer::Move() {
  Leave();
  where_ = world_.PickLive();
  ended_ = false;
  back_at_ = {};
  OpenAt(where_);
}

void ChaosPlayer::Tend() {
  if (std::chrono::steady_clock::now() < back_at_) return;
  if (ended_ || !world_.IsLive(where_)) Move();
}

void ChaosPlayer::Die(std::chrono::milliseconds away) {
  Cut();
  ended_ = true;
  back_at_ = std::chrono::steady_clock::now() + away;
}

void ChaosPlayer::OnError(std::string_view code, const std::string& reason, const std::string& message) {
  if (reason == "EVENTS_GONE") return reading_.OnGone(message);
  if (reason == "SLOW_CONSUMER" || code == "UNAVAILABLE") return;  // Coming back is the answer to both.
  reading_.OnFault("the stream ended: " + std::string(code) + " " + reason + ": " + message);
}

}  // namespace oofgg::testing
