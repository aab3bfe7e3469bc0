#include "tests/support/redis_server.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <utility>

namespace oofgg::testing {
namespace {

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

/// Starts `program`, whose log goes to its stdout, and waits until it says that it serves.
std::unique_ptr<ChildProcess> StartAndWait(const std::string& program, std::vector<std::string> arguments,
                                           const std::string& serves) {
  auto process = std::make_unique<ChildProcess>(
      "/usr/bin/" + program, ChildProcess::Options{.arguments = std::move(arguments), .environment = {}});
  if (process->WaitForOutput(serves)) return process;
  std::fprintf(stderr, "%s does not start; is it installed (scripts/setup)?\n%s%s", program.c_str(),
               process->output().c_str(), process->errors().c_str());
  std::abort();
}

}  // namespace

RedisServer::RedisServer(std::vector<std::string> arguments) : arguments_(std::move(arguments)) { Start(); }

void RedisServer::Start() {
  std::vector<std::string> all = {"--port",
                                  std::to_string(port_),
                                  "--bind",
                                  "127.0.0.1",
                                  "--dir",
                                  directory_.path(),
                                  "--save",
                                  "",
                                  "--appendonly",
                                  "yes",
                                  "--appendfsync",
                                  "always",
                                  "--repl-diskless-sync-delay",
                                  "0"};
  all.insert(all.end(), arguments_.begin(), arguments_.end());
  process_ = StartAndWait("redis-server", std::move(all), "Ready to accept connections");
}

void RedisServer::Kill() {
  process_->Signal(SIGKILL);
  process_->Wait();
}

std::string RedisServer::Ask(const std::string& command) const { return FirstLine(address(), command); }

std::string RedisServer::AskAll(const std::string& command) const { return Converse(address(), command); }

bool RedisServer::WaitForLog(const std::string& text) const { return process_->WaitForOutput(text); }

RedisSentinel::RedisSentinel(const RedisServer& master) {
  // Sentinels whose votes were split try again after twice the failover timeout: well before a test gives up.
  std::ofstream(directory_ / "sentinel.conf")
      << "port " << port_ << "\nbind 127.0.0.1\ndir " << directory_.path()
      << "\nsentinel monitor main 127.0.0.1 " << master.port() << " 2\n"
      << "sentinel down-after-milliseconds main 1000\nsentinel failover-timeout main 2000\n";
  process_ = StartAndWait("redis-sentinel", {directory_ / "sentinel.conf"}, "+monitor master main");
}

std::string RedisSentinel::Ask(const std::string& command) const { return FirstLine(address(), command); }

void RedisSentinel::Kill() {
  process_->Signal(SIGKILL);
  process_->Wait();
}

bool RedisSentinel::WaitForPeers(int replicas, int sentinels) const {
  return process_->WaitForOutput("+slave slave ", replicas) &&
         process_->WaitForOutput("+sentinel sentinel ", sentinels);
}

}  // namespace oofgg::testing
