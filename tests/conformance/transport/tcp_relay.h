#pragma once

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace oofgg::testing {

/// Stands between a client and a server on loopback, so that the link can go silent: connections stay open,
/// nothing gets through, and new ones are refused. That is how a pulled cable looks.
class TcpRelay {
 public:
  explicit TcpRelay(int server_port);
  ~TcpRelay();
  TcpRelay(const TcpRelay&) = delete;
  TcpRelay& operator=(const TcpRelay&) = delete;

  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  void GoSilent();

 private:
  struct Pair {
    int client = -1;
    int server = -1;
  };

  void Run();
  void Accept();
  [[nodiscard]] static bool Forward(int from, int to);

  const int server_port_;
  int port_ = 0;
  int listener_ = -1;
  int wake_[2] = {-1, -1};  // A pipe: what is written ends the wait.
  std::atomic<bool> is_silent_ = false;
  std::atomic<bool> stops_ = false;
  std::vector<Pair> pairs_;  // Of the thread.
  std::thread thread_;
};

}  // namespace oofgg::testing
