#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tests/support/patience.h"

namespace oofgg::testing {

/// A client on a TCP connection, as crude as `nc`: says bytes, waits for what it is owed and no longer than
/// it says. Threads: one owner.
class TcpPeer {
 public:
  /// Connects to `host:port`, an IPv4 address.
  explicit TcpPeer(const std::string& address);
  ~TcpPeer();
  TcpPeer(const TcpPeer&) = delete;
  TcpPeer& operator=(const TcpPeer&) = delete;

  [[nodiscard]] bool connected() const { return connected_; }

  /// False if the other side is gone, or does not read for `kPatience`.
  bool Send(std::string_view bytes);
  /// We have nothing more to say.
  void HalfClose() const;

  /// The next line, without its end. Nothing if the other side closes or `timeout` passes first.
  std::optional<std::string> ReadLine(std::chrono::seconds timeout = kPatience);
  /// The next line with `part` in it; those before are dropped.
  std::optional<std::string> ReadLineWith(std::string_view part, std::chrono::seconds timeout = kPatience);
  /// Drops so many bytes. False if the other side closes or `timeout` passes first.
  bool Skip(std::size_t bytes, std::chrono::seconds timeout = kPatience);
  /// All that still comes. Nothing if the other side has not closed when `timeout` passes.
  std::optional<std::string> ReadToEnd(std::chrono::seconds timeout = kPatience);

 private:
  using Deadline = std::chrono::steady_clock::time_point;
  enum class Outcome { kRead, kEnd, kTimeout };
  Outcome ReadSome(Deadline deadline);
  std::optional<std::string> TakeLine(Deadline deadline);

  int fd_ = -1;
  bool connected_ = false;
  std::string received_;
};

/// A port of 127.0.0.1 that somebody else listens on.
class TakenPort {
 public:
  /// `port` 0: any. Its `port()` is 0 if it could not be had.
  explicit TakenPort(std::uint16_t port = 0);
  ~TakenPort();
  TakenPort(const TakenPort&) = delete;
  TakenPort& operator=(const TakenPort&) = delete;
  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// `127.0.0.1:PORT`.
  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  /// Whether somebody connects to it within 20 s, who gets no answer.
  [[nodiscard]] bool WaitForCaller() const;

 private:
  int fd_ = -1;
  std::uint16_t port_ = 0;
};

/// A port of 127.0.0.1 on which nobody listens right now, and that no other call of this returns while this
/// process lives, in whichever process of this machine.
[[nodiscard]] std::uint16_t FreePort();

}  // namespace oofgg::testing
