#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "oofgg/status.h"
#include "oofgg/stream.h"

namespace oofgg::rpc {

/// The open streams of a server, which have no end of their own and so must be told of a drain, and of the
/// end of the session whose token opened them. Threads: safe.
class StreamRegistry {
 public:
  /// `session_id` is the `sid` of the token that opened it, or empty. An error is what the stream is to end
  /// with instead: `DrainStatus()` after `EndAll`, `SessionRevoked()` if that session has just been ended.
  /// `checked_in` is the `generation()` before the token was checked; one who was let in before a `SendAway`
  /// is sent away too.
  [[nodiscard]] Status Add(const std::shared_ptr<StreamHost>& stream, std::string_view session_id,
                           std::optional<std::uint64_t> checked_in = std::nullopt);
  void Remove(const StreamHost* stream);

  /// Tells every stream, and every later one, to go elsewhere.
  void EndAll();

  /// Ends the streams of one session with `SessionRevoked()`; costs what they are, however many others there
  /// are. Refusing the session's tokens from now on is the authorizer's part, to be done before this; those
  /// that it let pass a moment ago, and whose streams are not here yet, are caught by `Add`.
  void EndSession(std::string_view session_id);

  /// Ends the streams that are open now with kUnavailable, so that their clients come back with a fresh
  /// token: for when it is not known any more whose sessions go on.
  void SendAway();

  /// Another number after each `SendAway`.
  [[nodiscard]] std::uint64_t generation() const { return generation_; }

  [[nodiscard]] std::size_t size() const;

  /// kUnavailable with reason SERVER_DRAINING, to be retried at once, elsewhere.
  [[nodiscard]] static Status DrainStatus();

 private:
  /// More sessions than end between a token's check and `Add`, by far.
  static constexpr std::size_t kRememberedSessions = 1'024;

  struct Entry {
    std::weak_ptr<StreamHost> stream;
    std::string session_id;
  };

  void Remember(const std::string& session_id);
  [[nodiscard]] std::vector<std::shared_ptr<StreamHost>> OpenLocked() const;

  std::atomic<std::uint64_t> generation_{0};  // Grows under the lock.
  mutable std::mutex mutex_;
  bool ended_ = false;
  std::unordered_map<const StreamHost*, Entry> streams_;
  std::unordered_map<std::string, std::vector<const StreamHost*>> of_session_;  // Never empty vectors.
  std::unordered_set<std::string> ended_sessions_;
  std::deque<std::string> ended_in_order_;
};

}  // namespace oofgg::rpc
