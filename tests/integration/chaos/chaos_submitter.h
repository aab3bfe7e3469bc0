#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

#include "tests/integration/chaos/chaos_world.h"

namespace oofgg::testing {

/// A player who submits one score of 1 after the other, each until an instance has acknowledged it, on a
/// thread of its own until `Stop`. Threads: one.
class ChaosSubmitter {
 public:
  ChaosSubmitter(ChaosWorld& world, SessionTokens tokens, std::string game_id, std::string score_type);
  ~ChaosSubmitter() { Stop(); }
  ChaosSubmitter(const ChaosSubmitter&) = delete;
  ChaosSubmitter& operator=(const ChaosSubmitter&) = delete;

  /// Returns once the last one is acknowledged.
  void Stop();

  [[nodiscard]] const std::string& player() const { return tokens_.user_id; }
  [[nodiscard]] const SessionTokens& tokens() const { return tokens_; }
  [[nodiscard]] std::int64_t acknowledged() const { return acknowledged_; }
  /// How many of them were submitted more than once, as the first answer was lost.
  [[nodiscard]] std::int64_t repeated() const { return repeated_; }

 private:
  void Run();
  void SubmitOne(const std::string& key);

  ChaosWorld& world_;
  const SessionTokens tokens_;
  const std::string game_id_;
  const std::string score_type_;
  std::atomic<bool> stopped_ = false;
  std::atomic<std::int64_t> acknowledged_ = 0;
  std::atomic<std::int64_t> repeated_ = 0;
  std::thread thread_;
};

}  // namespace oofgg::testing
