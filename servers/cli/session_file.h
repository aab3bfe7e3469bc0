#pragma once

#include <memory>
#include <string>

#include "oofgg/token_store.h"

namespace oofgg::cli {

/// A player's tokens in a file of mode 0600, shared by every `oofgg` of that player: an advisory lock
/// (flock(2)) on a file beside it keeps two of them from spending the one refresh token, and is gone with its
/// process. Threads: as TokenStore asks.
class SessionFile final : public TokenStore {
 public:
  explicit SessionFile(std::string path) : path_(std::move(path)) {}

  /// Waits five seconds at most.
  StatusOr<std::unique_ptr<Lock>> Acquire() override;
  /// kFailedPrecondition if the file is open to others, belongs to one of them, or is no session file.
  StatusOr<SessionTokens> Load() override;
  /// Written beside, synced and renamed, so that a crash leaves the old or the new one.
  Status Save(const SessionTokens& tokens) override;

 private:
  std::string path_;
};

}  // namespace oofgg::cli
