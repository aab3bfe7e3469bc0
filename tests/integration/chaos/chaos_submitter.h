#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "oofgg/client.h"
#include "oofgg/status.h"
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
  /// What ended it early; OK: nothing. Once it is stopped.
  [[nodiscard]] const Status& refused() const { return refused_; }

 private:
  void Run();
  bool SubmitOne(const std::string& key);

  ChaosWorld& world_;
  const SessionTokens tokens_;
  const std::string game_id_;
  const std::string score_type_;
  std::atomic<bool> stopped_ = false;
  std::atomic<std::int64_t> acknowledged_ = 0;
  std::atomic<std::int64_t> repeated_ = 0;
  // The thread's own.
  InstanceAddress where_;
  std::unique_ptr<Client> client_;
  Status refused_;
  std::thread thread_;
};

}  // namespace oofgg::testing
