#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "oofgg/token_store.h"

namespace oofgg::cli {

/// A player's tokens in a file of mode 0600, shared by every `oofgg` of that player: an advisory lock
/// (flock(2)) on a file beside it keeps two of them from spending the one refresh token, and is gone with its
/// process. Threads: as TokenStore asks.
class SessionFile final : public TokenStore {
 public:
  /// `server`: whom the client asks, `HOST:PORT`; kept with the tokens it gives.
  SessionFile(std::string path, std::string server) : path_(std::move(path)), server_(std::move(server)) {}

  /// Waits five seconds at most.
  StatusOr<std::unique_ptr<Lock>> Acquire() override;
  /// kFailedPrecondition if the file is open to others, belongs to one of them, or is no session file.
  StatusOr<SessionTokens> Load() override;
  /// Written beside, synced and renamed, so that a crash leaves the old or the new one.
  Status Save(const SessionTokens& tokens) override;
  /// Removes the file if `server` made the session. Else the player may have named the wrong one:
  /// kFailedPrecondition that says which made it, if the file does.
  Status Refuse() override;

 private:
  /// What is in the file; an empty object: it is not there.
  [[nodiscard]] StatusOr<nlohmann::json> Read() const;
  /// Who made that session, if it is the one of `tokens`; empty: the file does not say. A new one `server_`
  /// made.
  [[nodiscard]] std::string MakerOf(const SessionTokens& tokens) const;
  Status Remove() const;

  std::string path_;
  std::string server_;
};

}  // namespace oofgg::cli
