#include "tests/support/redis_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <thread>

#include "tests/support/tcp_peer.h"

namespace oofgg::testing {
namespace {

/// What another process does cannot be waited for but by asking again.
bool Eventually(std::chrono::seconds timeout, const std::function<bool()>& holds) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return true;
}

/// What the server at `address` says to an inline command, up to the end of the connection.
std::string Converse(const std::string& address, const std::string& command) {
  TcpPeer peer(address);
  if (!peer.connected() || !peer.Send(command + "\r\n")) return "";
  peer.HalfClose();
  return peer.ReadToEnd().value_or("");
}

std::string FirstLine(const std::string& address, const std::string& command) {
  const std::string answer = Converse(address, command);
  return answer.substr(0, answer.find("\r\n"));
}

void RequireStart(const std::string& address, const std::string& what) {
  const auto serves = [&address] {
    const std::string answer = Converse(address, "PING");
    return answer.starts_with("+PONG") || answer.starts_with("-NOAUTH");
  };
  if (Eventually(std::chrono::seconds(20), serves)) return;
  std::fprintf(stderr, "%s does not start; is it installed (scripts/setup)?\n", what.c_str());
  std::abort();
}

}  // namespace

std::uint16_t FreePort() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0) std::abort();
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) std::abort();
  close(fd);
  return ntohs(address.sin_port);
}

RedisServer::RedisServer(std::vector<std::string> arguments) : arguments_(std::move(arguments)) { Start(); }

void RedisServer::Start() {
  std::vector<std::string> all = {"--port",
                                  std::to_string(port_),
                                  "--bind",
                                  "127.0.0.1",
                                  "--dir",
                                  directory_.path(),
                                  "--logfile",
                                  directory_ / "log",
                                  "--save",
                                  "",
                                  "--appendonly",
                                  "yes",
                                  "--appendfsync",
                                  "always",
                                  "--repl-diskless-sync-delay",
                                  "0"};
  all.insert(all.end(), arguments_.begin(), arguments_.end());
  process_ = std::make_unique<ChildProcess>("/usr/bin/redis-server",
                                            ChildProcess::Options{.arguments = all, .environment = {}});
  RequireStart(address(), "redis-server");
}

void RedisServer::Kill() {
  process_->Signal(SIGKILL);
  process_->Wait();
}

std::string RedisServer::Ask(const std::string& command) const { return FirstLine(address(), command); }

bool RedisServer::WaitForInfo(const std::string& fact, std::chrono::seconds timeout) const {
  return Eventually(timeout, [&] { return Converse(address(), "INFO ALL").find(fact) != std::string::npos; });
}

RedisSentinel::RedisSentinel(const RedisServer& master) {
  std::ofstream(directory_ / "sentinel.conf")
      << "port " << port_ << "\nbind 127.0.0.1\ndir " << directory_.path() << "\nlogfile "
      << directory_ / "log"
      << "\nsentinel monitor main 127.0.0.1 " << master.port() << " 2\n"
      << "sentinel down-after-milliseconds main 1000\nsentinel failover-timeout main 5000\n";
  process_ = std::make_unique<ChildProcess>(
      "/usr/bin/redis-sentinel",
      ChildProcess::Options{.arguments = {directory_ / "sentinel.conf"}, .environment = {}});
  RequireStart(address(), "redis-sentinel");
}

std::string RedisSentinel::Ask(const std::string& command) const { return FirstLine(address(), command); }

void RedisSentinel::Kill() {
  process_->Signal(SIGKILL);
  process_->Wait();
}

bool RedisSentinel::WaitForPeers(int replicas, int sentinels, std::chrono::seconds timeout) const {
  const auto has = [](const std::string& answer, const std::string& name, int count) {
    const std::string number = std::to_string(count);
    return answer.find(name + "\r\n$" + std::to_string(number.size()) + "\r\n" + number + "\r\n") !=
           std::string::npos;
  };
  return Eventually(timeout, [&] {
    const std::string answer = Converse(address(), "SENTINEL MASTER main");
    return has(answer, "num-slaves", replicas) && has(answer, "num-other-sentinels", sentinels);
  });
}

}  // namespace oofgg::testing
