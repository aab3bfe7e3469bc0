#include "tests/integration/chaos/chaos_player.h"

#include <cstdio>

namespace oofgg::testing {
namespace {

constexpr unsigned kRunShift = 32;

/// The last number that the instance says it knows; 0: it says something else.
std::uint64_t LastKnownIn(const std::string& message) {
  constexpr std::string_view kBeyond = "is beyond the session's last event, ";
  const std::size_t found = message.find(kBeyond);
  unsigned long long last = 0;
  if (found != std::string::npos) std::sscanf(message.c_str() + found + kBeyond.size(), "%llu", &last);
  return last;
}

}  // namespace

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
  // An instance that has yet to hear of Redis' restart may refuse a number of the next run; it will know.
  const std::uint64_t known = LastKnownIn(message);
  if (known != 0 && known >> kRunShift < reading_.place() >> kRunShift) {
    ++too_early_;
    return;
  }
  reading_.OnFault("the stream ended: " + std::string(code) + " " + reason + ": " + message);
}

}  // namespace oofgg::testing
