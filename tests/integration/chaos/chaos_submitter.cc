#include "tests/integration/chaos/chaos_submitter.h"

#include <chrono>
#include <utility>

#include "oofgg/client.h"

namespace oofgg::testing {

using namespace std::chrono_literals;

ChaosSubmitter::ChaosSubmitter(ChaosWorld& world, SessionTokens tokens, std::string game_id,
                               std::string score_type)
    : world_(world),
      tokens_(std::move(tokens)),
      game_id_(std::move(game_id)),
      score_type_(std::move(score_type)),
      thread_([this] { Run(); }) {}

void ChaosSubmitter::Stop() {
  stopped_ = true;
  if (thread_.joinable()) thread_.join();
}

void ChaosSubmitter::Run() {
  for (std::int64_t number = 1; !stopped_; ++number) {
    if (!SubmitOne(player() + ":" + std::to_string(number))) return;
  }
}

bool ChaosSubmitter::SubmitOne(const std::string& key) {
  ScoreSubmission score;
  score.game_id = game_id_;
  score.score_type = score_type_;
  score.value = 1;
  for (bool is_first = true;; is_first = false) {
    if (client_ == nullptr || !world_.IsLive(where_)) {
      where_ = world_.PickLive();
      client_ = world_.ClientAt(where_, tokens_);
    }
    const auto entry = client_->scores().SubmitScore(score, {.timeout = 2s, .idempotency_key = key});
    if (entry.ok()) break;
    if (entry.status().code() != StatusCode::kUnavailable &&
        entry.status().code() != StatusCode::kDeadlineExceeded) {
      refused_ = entry.status();
      return false;
    }
    if (is_first) ++repeated_;
    client_.reset();
  }
  ++acknowledged_;
  return true;
}

}  // namespace oofgg::testing
