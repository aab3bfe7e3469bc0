#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "tests/integration/chaos/chaos_world.h"
#include "tests/integration/chaos/session_log.h"

namespace oofgg::testing {

/// A member of a session who goes from instance to instance, dies and comes back, and resumes by the last
/// number that was noted. Threads: one, but for what the stream itself brings.
class ChaosPlayer {
 public:
  ChaosPlayer(ChaosWorld& world, SessionTokens tokens, std::string session_id, SessionLog& log)
      : world_(world), tokens_(std::move(tokens)), session_id_(std::move(session_id)), reading_(log) {}
  virtual ~ChaosPlayer() = default;
  ChaosPlayer(const ChaosPlayer&) = delete;
  ChaosPlayer& operator=(const ChaosPlayer&) = delete;

  /// Drops the stream, and opens another at any instance that lives; at once, wherever it was.
  void Move();
  /// Moves if its instance has died or its stream has ended, unless it is to stay away.
  void Tend();
  /// A word for all. Whether or not it arrives.
  virtual void Send(const std::string& word) = 0;
  /// Its link is cut without a goodbye, and its client is gone with all that it had not noted. `Tend` brings
  /// a new one, when it has been away so long.
  void Die(std::chrono::milliseconds away);
  /// Ends the stream; nothing of it comes any more.
  virtual void Leave() = 0;

  [[nodiscard]] const Reading& reading() const { return reading_; }
  /// How often it came to an instance that did not know of the run it had read.

 protected:
  /// The client goes without a goodbye.
  virtual void Cut() = 0;
  /// While there is no stream.
  virtual void OpenAt(const InstanceAddress& address) = 0;

  /// How all note an event: `data` is JSON or nothing.
  void OnEvent(std::uint64_t sequence, const std::string& name, const std::string& data) {
    reading_.OnEvent(sequence, name + " " + data);
  }
  /// The stream has ended, or is about to, for what an error of this code and reason says.
  void OnError(std::string_view code, const std::string& reason, const std::string& message);

  ChaosWorld& world_;
  const SessionTokens tokens_;
  const std::string session_id_;
  Reading reading_;
  std::atomic<bool> ended_ = false;

 private:
  InstanceAddress where_;
  std::chrono::steady_clock::time_point back_at_;
};

/// A word as the data of an event: JSON.
[[nodiscard]] inline std::string DataOf(const std::string& word) { return '"' + word + '"'; }

using MakeChaosPlayer = std::unique_ptr<ChaosPlayer> (*)(ChaosWorld& world, SessionTokens tokens,
                                                         std::string session_id, SessionLog& log);

/// Over gRPC, by the SDK.
[[nodiscard]] std::unique_ptr<ChaosPlayer> MakeGrpcPlayer(ChaosWorld& world, SessionTokens tokens,
                                                          std::string session_id, SessionLog& log);
/// Over WebSockets, who say text and hence hear it.
[[nodiscard]] std::unique_ptr<ChaosPlayer> MakeTextPlayer(ChaosWorld& world, SessionTokens tokens,
                                                          std::string session_id, SessionLog& log);
/// The same in binary.
[[nodiscard]] std::unique_ptr<ChaosPlayer> MakeBinaryPlayer(ChaosWorld& world, SessionTokens tokens,
                                                            std::string session_id, SessionLog& log);

}  // namespace oofgg::testing
