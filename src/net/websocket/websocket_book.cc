#include "net/websocket/websocket_book.h"

#include <utility>

#include "net/websocket/websocket_connection.h"

namespace oofgg::net {

void WebSocketBook::Add(ConnectionPtr connection) {
  const std::lock_guard lock(mutex_);
  WebSocketConnection* const key = connection.get();
  entries_.emplace(key,
                   Entry{.connection = std::move(connection), .deadline = kNever, .login = logins_.end()});
}

void WebSocketBook::AddLogin(WebSocketConnection& connection, std::string login) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(&connection);
  if (found != entries_.end()) found->second.login = logins_.emplace(std::move(login), &connection);
}

void WebSocketBook::Remove(WebSocketConnection& connection) {
  ConnectionPtr removed;  // Declared before the lock, so that it goes when that is free again.
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(&connection);
  if (found == entries_.end()) return;
  Entry& entry = found->second;
  if (entry.deadline != kNever) deadlines_.erase({entry.deadline, &connection});
  if (entry.login != logins_.end()) logins_.erase(entry.login);
  removed = std::move(entry.connection);
  entries_.erase(found);
}

void WebSocketBook::SetDeadline(WebSocketConnection& connection, TimePoint when) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(&connection);
  if (found == entries_.end() || found->second.deadline == when) return;
  const TimePoint before = std::exchange(found->second.deadline, when);
  if (before != kNever) deadlines_.erase({before, &connection});
  if (when == kNever) return;
  deadlines_.insert({when, &connection});
  ArmTimer();
}

/// With the lock held, as `PostAt` never runs anything itself. A timer that is too early looks again.
void WebSocketBook::ArmTimer() {
  if (deadlines_.empty() || deadlines_.begin()->first >= timer_at_) return;
  timer_at_ = deadlines_.begin()->first;
  timer_ = ScopedTimer(timers_, timer_at_, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->Expire();
  });
}

void WebSocketBook::Expire() {
  std::vector<ConnectionPtr> due;
  {
    const std::lock_guard lock(mutex_);
    timer_at_ = kNever;
    const TimePoint now = clock_.Now();
    while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
      Entry& entry = entries_.find(deadlines_.begin()->second)->second;
      entry.deadline = kNever;
      due.push_back(entry.connection);
      deadlines_.erase(deadlines_.begin());
    }
    ArmTimer();
  }
  for (const ConnectionPtr& connection : due) connection->OnDeadline();
}

std::vector<WebSocketBook::ConnectionPtr> WebSocketBook::OfLogin(std::string_view login) const {
  std::vector<ConnectionPtr> connections;
  const std::lock_guard lock(mutex_);
  const auto [first, last] = logins_.equal_range(login);
  for (auto it = first; it != last; ++it) connections.push_back(entries_.find(it->second)->second.connection);
  return connections;
}

std::vector<WebSocketBook::ConnectionPtr> WebSocketBook::All() const {
  std::vector<ConnectionPtr> connections;
  const std::lock_guard lock(mutex_);
  connections.reserve(entries_.size());
  for (const auto& [key, entry] : entries_) connections.push_back(entry.connection);
  return connections;
}

void WebSocketBook::Clear() {
  decltype(entries_) cleared;  // As in `Remove`.
  const std::lock_guard lock(mutex_);
  cleared.swap(entries_);
  logins_.clear();
  deadlines_.clear();
  timer_.Cancel();
}

}  // namespace oofgg::net
