#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "oofgg/backoff.h"
#include "oofgg/clock.h"
#include "oofgg/executor.h"
#include "oofgg/random.h"
#include "oofgg/token_store.h"

namespace oofgg {

/// For one call. What is left out is taken from ClientOptions.
struct CallOptions {
  /// The whole call: retries, and a refresh of the session if it needs one. 0: ClientOptions::call_timeout;
  /// below 0: it has run out.
  std::chrono::milliseconds timeout{0};
  /// Names a call that creates something, so that the server carries it out once however often it arrives.
  /// Empty: a fresh one for each call. Give your own to repeat a call whose outcome you did not learn.
  std::string idempotency_key{};
};

/// How calls are tried again. Only idempotent calls and those with an idempotency key are, after
/// kUnavailable, and after kResourceExhausted if the server said when to come back.
struct RetryOptions {
  int max_attempts = 6;  ///< The first included; 1 means never again.
  /// Between attempts; a longer wait that the server asked for wins.
  BackoffOptions backoff{.initial = std::chrono::milliseconds(100), .maximum = std::chrono::seconds(5)};
};

/// All optional. What is pointed to must outlive the client.
struct ClientOptions {
  /// Where callbacks run: a game's `Dispatcher`, or any executor, which may have many threads: one
  /// subscription's callbacks still come in order and one at a time. Null: a thread of the client's own.
  Executor* callbacks = nullptr;

  /// What this program calls itself, e.g. `Space Race 1.2 on Linux`: how its player recognises the session in
  /// a list of them. 64 characters are sent, others than printable ASCII as `?`. Empty: the library's name.
  std::string client_name{};

  /// For game servers and tools: the credential with which the client signs in by itself when it first needs
  /// a token, and again before that ends. Kept in memory only. Empty: who uses the client signs in.
  std::string service_credential{};

  std::chrono::milliseconds call_timeout{10'000};  ///< Default of CallOptions::timeout.
  RetryOptions retry{};
  /// Between attempts of a subscription to connect again, which never gives up by itself.
  BackoffOptions reconnect{.initial = std::chrono::milliseconds(200), .maximum = std::chrono::seconds(10)};

  /// Tokens shared with other processes and runs. Null: the session lives in memory only.
  std::shared_ptr<TokenStore> token_store{};
  /// Told where callbacks run whenever tokens change; empty tokens when the session has ended and the
  /// player must sign in again.
  std::function<void(const SessionTokens&)> on_tokens_changed{};

  /// Where timers and waits for the token store run. Null: a thread of the client's own. Clients that are
  /// many, as in a load generator, share one. Its threads must not be those that make blocking calls.
  Executor* executor = nullptr;
  const Clock* clock = nullptr;    ///< Null: the system's.
  RandomSource* random = nullptr;  ///< Null: the system's. Must be safe from any thread.

  /// How a blocking call waits where nothing runs beside it, as under a test's virtual time: called until the
  /// call is done; false says that nothing is left which could end it. Null: the thread sleeps.
  std::function<bool()> pump{};
};

}  // namespace oofgg
