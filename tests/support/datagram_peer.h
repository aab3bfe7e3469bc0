#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "tests/support/patience.h"

namespace oofgg::testing {

/// A client over UDP, as crude as `nc -u`. Threads: one owner.
class DatagramPeer {
 public:
  /// Talks to `host:port`, an IPv4 address, and hears nobody else.
  explicit DatagramPeer(const std::string& address);
  ~DatagramPeer();
  DatagramPeer(const DatagramPeer&) = delete;
  DatagramPeer& operator=(const DatagramPeer&) = delete;

  void Send(std::string_view datagram) const;

  /// The next datagram without the end of its line. Nothing if `timeout` passes first.
  [[nodiscard]] std::optional<std::string> Receive(std::chrono::milliseconds timeout = kPatience) const;
  /// The next datagram with `part` in it; those before are dropped.
  [[nodiscard]] std::optional<std::string> ReceiveWith(std::string_view part) const;

 private:
  int fd_;
};

}  // namespace oofgg::testing
