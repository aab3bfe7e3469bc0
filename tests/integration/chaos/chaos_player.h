#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "tests/integration/chaos/chaos_world.h"
#include "tests/integration/chaos/session_log.h"

namespace oofgg::testing {

/// A member of a session who goes from instance to instance and resumes by the last number seen.
/// Threads: one, but for what the stream itself brings.
class ChaosPlayer {
 public:
  ChaosPlayer(ChaosWorld& world, SessionTokens tokens, std::string session_id, SessionLog& log)
      : world_(world), tokens_(std::move(tokens)), session_id_(std::move(session_id)), reading_(log) {}
  virtual ~ChaosPlayer() = default;
  ChaosPlayer(const ChaosPlayer&) = delete;
  ChaosPlayer& operator=(const ChaosPlayer&) = delete;

  /// Drops the stream, and opens another at any instance that lives.
  void Move();
  /// Moves if its instance has died or its stream has ended.
  void Tend();
  /// Whether or not it arrives.
  virtual void Send(const std::string& text) = 0;
  /// Ends the stream for good.
  virtual void Leave() = 0;

  [[nodiscard]] const Reading& reading() const { return reading_; }

 protected:
  virtual void OpenAt(const InstanceAddress& address) = 0;

  ChaosWorld& world_;
  const SessionTokens tokens_;
  const std::string session_id_;
  Reading reading_;
  std::atomic<bool> ended_ = false;

 private:
  InstanceAddress where_;
};

/// Over gRPC, by the SDK.
[[nodiscard]] std::unique_ptr<ChaosPlayer> MakeGrpcPlayer(ChaosWorld& world, SessionTokens tokens,
                                                          std::string session_id, SessionLog& log);

}  // namespace oofgg::testing
