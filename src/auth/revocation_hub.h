#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "auth/refresh_store.h"
#include "oofgg/clock.h"
#include "oofgg/executor.h"
#include "oofgg/model/account.h"
#include "oofgg/status.h"
#include "oofgg/stream.h"

namespace oofgg::auth {

struct RevocationHubOptions {
  /// Looks into the store this often for what other replicas revoked. Zero: there are none.
  std::chrono::milliseconds poll{0};
  /// A watcher hears something at least this often.
  std::chrono::milliseconds heartbeat{2000};
  /// Runs once for each entry, those at the start included, in order, and for all of another log that comes
  /// in place of the former. Must be quick, and not call the hub.
  std::function<void(const Revocation&)> on_revoked{};
};

/// The record of revocations, read from the store once and told to all watchers.
/// Threads: safe. The store is read on `executor`, never by a watcher. Lifetime: all it is made of outlives
/// it; streams may outlive it, and say nothing more.
class RevocationHub {
 public:
  /// Reads what there is. Errors: the store's.
  [[nodiscard]] static StatusOr<std::unique_ptr<RevocationHub>> Start(RefreshStore& store, Executor& executor,
                                                                      const Clock& clock,
                                                                      RevocationHubOptions options = {});
  ~RevocationHub();
  RevocationHub(const RevocationHub&) = delete;
  RevocationHub& operator=(const RevocationHub&) = delete;

  /// There may be something new in the store. Cheap; never blocks.
  void Poke();

  /// A stream from `cursor` on, `Revocations::cursor` of an earlier message or empty. If the store's log is
  /// replaced, or loses its end, it begins anew with a reset.
  [[nodiscard]] StreamHandlerPtr<WatchRevocationsRequest, Revocations> Watch(
      std::string_view cursor, std::shared_ptr<StreamHost> stream);

  /// For tests and metrics: the last entry read.
  [[nodiscard]] std::int64_t head() const;

 private:
  class State;
  class Watcher;
  explicit RevocationHub(std::shared_ptr<State> state) : state_(std::move(state)) {}

  std::shared_ptr<State> state_;
};

}  // namespace oofgg::auth
