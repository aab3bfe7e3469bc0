#pragma once

#include <string>
#include <thread>
#include <vector>

#include "tests/support/tcp_peer.h"

namespace oofgg::testing {

/// A wire between clients and a server, both of this machine, that can be cut, as by a client whose process
/// dies, or go silent, as when the cable is pulled. Threads: one owner; what goes over it goes on a thread of
/// its own.
class TcpLink {
 public:
  /// To the server at `host:port`, an IPv4 address, which needs not be there yet.
  explicit TcpLink(std::string server);
  ~TcpLink();
  TcpLink(const TcpLink&) = delete;
  TcpLink& operator=(const TcpLink&) = delete;

  /// What clients connect to, in the server's place.
  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  /// Both sides of all connections are reset, and nobody is let in any more. What is under way is lost.
  void Cut();
  /// Connections stay open, but nothing gets through, and nobody is let in any more.
  void GoSilent() { Stop(); }

 private:
  /// One direction of a connection.
  struct Lane {
    int from = -1;
    int to = -1;
    std::string held{};  ///< Read, and yet to be written.
  };

  void Stop();
  void Run();
  void Accept();
  /// Moves on what `lane` can move; false: that connection is at its end.
  static bool Move(Lane& lane);

  const std::string server_;
  int listener_ = -1;
  int stop_ = -1;  // Readable once the thread is to end.
  std::uint16_t port_ = 0;
  std::vector<Lane> lanes_;  // Of a connection two in a row, there and back. The thread's, while it runs.
  std::thread thread_;
};

}  // namespace oofgg::testing
