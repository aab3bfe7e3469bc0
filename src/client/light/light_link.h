#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "client/light/light_socket.h"
#include "client/light/light_tls.h"
#include "oofgg/light_presence.h"
#include "oofgg/parse.h"
#include "oofgg/status.h"

namespace oofgg::internal {

/// The way to a presence port: the socket, TLS over it where that is wished for, and what it has not taken
/// yet. An error is the end of the link and says why. Threads: not safe; one owner.
class LightLink {
 public:
  /// `on_sent` sees, in the clear, what was sent, once all of it was. May be empty.
  LightLink(LightPresenceTransport transport, LightPresenceTls tls,
            std::function<void(std::string_view bytes)> on_sent);

  /// Begins to connect, in place of the link there was. See LightSocket.
  Status Open(const HostPort& address, std::size_t attempt);

  /// Over UDP each is a datagram, which is sent now or never; over TCP what is not taken now is kept, and
  /// sent with what comes next.
  Status Send(std::vector<std::string> output);
  /// Passes on all that has come, over UDP datagram by datagram.
  Status Receive(const std::function<void(std::string_view bytes)>& hear);

  [[nodiscard]] bool has_unsent() const { return !unsent_.empty(); }
  [[nodiscard]] int fd() const { return socket_.fd(); }

 private:
  void SendDatagrams(const std::vector<std::string>& output);
  Status Queue(std::vector<std::string> output);
  Status Flush();

  const LightPresenceTransport transport_;
  const LightPresenceTls tls_options_;
  const std::function<void(std::string_view bytes)> on_sent_;
  LightSocket socket_;
  std::unique_ptr<LightTls> tls_;
  std::string unsent_;                  // As it goes over the socket.
  std::vector<std::string> under_way_;  // In the clear, for `on_sent_`.
};

}  // namespace oofgg::internal
