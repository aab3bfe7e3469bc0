#pragma once

#include <absl/container/btree_set.h>
#include <absl/container/flat_hash_map.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "oofgg/clock.h"
#include "oofgg/executor.h"

namespace oofgg::net {

class WebSocketConnection;

/// The connections of a listener, by whose login they are, and when each has to be looked at again.
/// Threads: safe; a leaf to a connection's own lock.
/// Lifetime: it keeps its connections alive until `Remove` or `Clear`.
class WebSocketBook : public std::enable_shared_from_this<WebSocketBook> {
 public:
  using ConnectionPtr = std::shared_ptr<WebSocketConnection>;

  WebSocketBook(const Clock& clock, Executor& timers) : clock_(clock), timers_(timers) {}

  void Add(ConnectionPtr connection);
  /// It was opened by a token of the login with that `sid`.
  void AddLogin(WebSocketConnection& connection, std::string login);
  void Remove(WebSocketConnection& connection);

  /// Calls `connection.OnDeadline()` at `when`, instead of what was set before; kNever: not at all.
  void SetDeadline(WebSocketConnection& connection, TimePoint when);

  [[nodiscard]] std::vector<ConnectionPtr> OfLogin(std::string_view login) const;
  [[nodiscard]] std::vector<ConnectionPtr> All() const;
  void Clear();

 private:
  using Logins = std::multimap<std::string, WebSocketConnection*, std::less<>>;
  struct Entry {
    ConnectionPtr connection;
    TimePoint deadline = kNever;
    Logins::iterator login;  // logins_.end(): none yet.
  };

  void ArmTimer();
  void Expire();

  const Clock& clock_;
  Executor& timers_;
  mutable std::mutex mutex_;
  absl::flat_hash_map<WebSocketConnection*, Entry> entries_;
  Logins logins_;
  absl::btree_set<std::pair<TimePoint, WebSocketConnection*>> deadlines_;
  TimePoint timer_at_ = kNever;
  ScopedTimer timer_;
};

}  // namespace oofgg::net
