#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "oofgg/light_presence.h"
#include "oofgg/parse.h"
#include "oofgg/status.h"

namespace oofgg::internal {

/// A connected socket that never waits. Threads: not safe; one owner.
class LightSocket {
 public:
  LightSocket() = default;
  ~LightSocket() { Close(); }
  LightSocket(const LightSocket&) = delete;
  LightSocket& operator=(const LightSocket&) = delete;

  /// Begins to connect to the address, or to the `attempt`-th of those that its name has; whether that works
  /// is told by what follows. Waits for the name. Of UDP the socket there is stays, and with it our port.
  Status Open(LightPresenceTransport transport, const HostPort& address, std::size_t attempt);
  void Close();

  /// How much of `bytes` was taken; nothing: the link is lost, and `why_lost` says why.
  [[nodiscard]] std::optional<std::size_t> Send(std::string_view bytes);
  /// What has come, at most the length of `buffer`; empty: nothing yet. Nothing: the link is lost.
  [[nodiscard]] std::optional<std::string_view> Receive(std::string& buffer);
  [[nodiscard]] const Status& why_lost() const { return why_lost_; }

  [[nodiscard]] int fd() const { return fd_; }

 private:
  std::nullopt_t Lose(const std::string& why);

  int fd_ = -1;
  int family_ = 0;
  bool is_stream_ = false;
  Status why_lost_;
};

}  // namespace oofgg::internal
