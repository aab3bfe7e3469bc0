#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "base/http_client.h"
#include "oofgg/auth/token_verifier.h"
#include "oofgg/executor.h"
#include "oofgg/random.h"

namespace oofgg::servers {

struct JwksKeeperOptions {
  std::chrono::milliseconds patience{10'000};             ///< How long the first fetch may be retried.
  std::chrono::milliseconds refresh_interval{60'000};     ///< Where the reply names no `max-age`.
  std::chrono::milliseconds least_interval{10'000};       ///< However short the `max-age`.
  std::chrono::milliseconds most_interval{300'000};       ///< However long: within a rotation's overlap.
  std::chrono::milliseconds unknown_key_interval{5'000};  ///< Between fetches that unknown keys ask for.
  bool insecure = false;                                  ///< Allow plain http to other machines.
  /// Asked while the first keys are waited for; true ends the wait. Empty: never.
  std::function<bool()> stop = {};
  /// Runs when a key has left the set; must not call the keeper. Empty: nothing.
  std::function<void()> on_key_gone = {};
  const Clock* clock = nullptr;    ///< That of the executor. Null: the system's.
  RandomSource* random = nullptr;  ///< For jitter. Null: the system's.
};

/// Keeps a verifier's keys those that the auth server publishes: fetched once before the server serves, then
/// whenever the reply's `max-age` is over, and as soon as somebody comes with a key that is not known. While
/// the auth server is away the last keys go on serving, and it is asked again with growing, jittered delays.
///
/// No copy is kept on disk: it would be a second place from which somebody could be let in, and one that a
/// withdrawn key stays in. A server that shall start while auth is away is given a file.
/// Threads: safe.
class JwksKeeper {
 public:
  /// `source` is `--jwks`: an `http(s)://` URL or a file. Blocks for the first keys.
  /// Errors: kInvalidArgument (plain http to another machine), kCancelled (`options.stop`), or why no key
  /// could be had; a set without a key for us counts as none.
  [[nodiscard]] static StatusOr<std::unique_ptr<JwksKeeper>> Start(const std::string& source,
                                                                   auth::TokenVerifier& verifier,
                                                                   HttpClient& http, Executor& executor,
                                                                   const JwksKeeperOptions& options = {});
  ~JwksKeeper();

  /// Somebody came with a key that is not known: fetches soon, once for all who ask, and not more often than
  /// `unknown_key_interval`. Returns at once.
  void RefreshSoon();

 private:
  struct State;
  explicit JwksKeeper(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace oofgg::servers
