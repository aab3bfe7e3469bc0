#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace oofgg::net {

class HttpConnection;
struct HttpServerOptions;

/// The connections of a server, and who there is room for. Threads: none of its own; its owner locks.
class ConnectionBook {
 public:
  explicit ConnectionBook(const HttpServerOptions& options) : options_(options) {}

  /// Whether one more from `group` (base/address_group.h) may be added; a proxy's count in all only.
  [[nodiscard]] bool HasRoomFor(const std::string& group, bool is_proxy) const;
  /// `shakes_hands`: it counts as unproven until `HandshakeDone`.
  void Add(HttpConnection* connection, const std::string& group, bool shakes_hands);
  void HandshakeDone(HttpConnection* connection);
  void Remove(HttpConnection* connection);

  [[nodiscard]] std::size_t size() const { return connections_.size(); }

  /// Gives up on the one that has been shaking hands for longest, if there are too many of them, for its
  /// owner to close: whoever is honest needs milliseconds, so that it is most likely one who means to hold
  /// the place.
  [[nodiscard]] std::shared_ptr<HttpConnection> EvictHandshake();
  /// All but those that are just being destroyed.
  [[nodiscard]] std::vector<std::shared_ptr<HttpConnection>> Live() const;

 private:
  using Handshakes = std::list<HttpConnection*>;
  struct Entry {
    std::string group;
    std::optional<Handshakes::iterator> handshake;
  };

  const HttpServerOptions& options_;
  std::unordered_map<HttpConnection*, Entry> connections_;
  std::unordered_map<std::string, std::size_t> of_address_;  // Never zero.
  Handshakes handshakes_;                                    // The oldest first.
};

}  // namespace oofgg::net
