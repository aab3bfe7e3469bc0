#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace oofgg {

/// Clients of a presence port in a process of their own, so that neither their CPU nor their memory nor their
/// descriptors count as the server's. Make it while this process has one thread, since it forks.
class ClientProcess {
 public:
  ClientProcess();
  ~ClientProcess();
  ClientProcess(const ClientProcess&) = delete;
  ClientProcess& operator=(const ClientProcess&) = delete;

  struct Crowd {
    std::uint16_t port = 0;
    std::uint32_t count = 0;
    std::uint32_t first_user = 0;  ///< Their ids are this, the next one, …
    std::uint32_t friends = 1;     ///< Each watches so many: `first_friend`, `first_friend + stride`, …
    std::uint32_t first_friend = 0;
    std::uint32_t stride = 1;
    std::uint32_t among = 1;  ///< … modulo this, from the number after the user's on.
    bool tls = false;
  };
  /// Begins to connect them; each says hello at once. They stay.
  void Connect(const Crowd& crowd);
  /// Each shall hear `bytes` bytes from now on.
  void Expect(std::size_t bytes);
  /// Of two crowds of the same size, of which the first watches the second, one user each: those of the
  /// second go and come one after the other until `StopFlapping`, and it is measured how long it takes to
  /// hear that.
  void Flap();
  struct Latencies {
    double p50_us = 0;
    double p99_us = 0;
    double samples = 0;
  };
  Latencies StopFlapping();
  /// Until what was asked for last is done.
  void Wait();

 private:
  enum class What : std::uint8_t { kConnect, kExpect, kFlap };
  struct Order {
    What what = What::kConnect;
    Crowd crowd{};
    std::size_t bytes = 0;
  };
  class Child;

  void Give(const Order& order) const;

  int link_ = -1;
  pid_t child_ = -1;
};

}  // namespace oofgg
