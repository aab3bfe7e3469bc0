#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "base/http_client.h"
#include "oofgg/auth/token_verifier.h"
#include "oofgg/executor.h"

namespace oofgg::servers {

struct JwksKeeperOptions {
  std::chrono::milliseconds patience{10'000};  ///< How long the first fetch may be retried.
  std::chrono::milliseconds refresh_interval{60'000};
  bool insecure = false;  ///< Allow plain http to other machines.
  /// Asked while the first keys are waited for; true ends the wait. Empty: never.
  std::function<bool()> stop = {};
  const Clock* clock = nullptr;  ///< That of the executor. Null: the system's.
};

/// Keeps a verifier's keys those that the auth server publishes: fetched once before the server serves,
/// then again and again. While the auth server is away the last keys go on serving.
/// Threads: safe.
class JwksKeeper {
 public:
  /// `source` is `--jwks`: an `http(s)://` URL or a file. Blocks for the first keys.
  /// Errors: kInvalidArgument (plain http to another machine), kCancelled (`options.stop`), or why no key
  /// could be had.
  [[nodiscard]] static StatusOr<std::unique_ptr<JwksKeeper>> Start(const std::string& source,
                                                                   auth::TokenVerifier& verifier,
                                                                   HttpClient& http, Executor& executor,
                                                                   const JwksKeeperOptions& options = {});
  ~JwksKeeper();

 private:
  struct State;
  explicit JwksKeeper(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace oofgg::servers
