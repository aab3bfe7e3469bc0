#include "net/connection_book.h"

#include "net/http_connection.h"
#include "net/http_server.h"
#include "oofgg/parse.h"

namespace oofgg::net {

bool ConnectionBook::HasRoomFor(const std::string& group, bool is_proxy) const {
  if (connections_.size() >= options_.max_connections) return false;
  const bool loopback = group == "::/64" || IsLoopback(group);  // ::1 has its /64 for itself.
  if (is_proxy || (loopback && options_.exempt_loopback)) return true;
  const auto same = of_address_.find(group);
  return same == of_address_.end() || same->second < options_.max_connections_per_address;
}

void ConnectionBook::Add(HttpConnection* connection, const std::string& group, bool shakes_hands) {
  Entry& entry = connections_[connection];
  entry.group = group;
  ++of_address_[group];
  if (shakes_hands) entry.handshake = handshakes_.insert(handshakes_.end(), connection);
}

void ConnectionBook::HandshakeDone(HttpConnection* connection) {
  const auto found = connections_.find(connection);
  if (found == connections_.end() || !found->second.handshake.has_value()) return;
  handshakes_.erase(*found->second.handshake);
  found->second.handshake.reset();
}

void ConnectionBook::Remove(HttpConnection* connection) {
  HandshakeDone(connection);
  const auto found = connections_.find(connection);
  if (found == connections_.end()) return;
  const auto same = of_address_.find(found->second.group);
  if (--same->second == 0) of_address_.erase(same);
  connections_.erase(found);
}

std::shared_ptr<HttpConnection> ConnectionBook::EvictHandshake() {
  if (handshakes_.size() <= options_.max_handshakes) return nullptr;
  HttpConnection* const oldest = handshakes_.front();
  HandshakeDone(oldest);
  // Null if its last owner has gone: it waits for our owner's lock in its destructor.
  return oldest->weak_from_this().lock();
}

std::vector<std::shared_ptr<HttpConnection>> ConnectionBook::Live() const {
  std::vector<std::shared_ptr<HttpConnection>> live;
  for (const auto& [connection, entry] : connections_) {
    if (auto alive = connection->weak_from_this().lock()) live.push_back(std::move(alive));
  }
  return live;
}

}  // namespace oofgg::net
