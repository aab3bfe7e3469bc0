#include "servers/cli/load/redis_group.h"

#include <arpa/inet.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include "servers/cli/load/ask_redis.h"
#include "servers/cli/load/loopback.h"

namespace oofgg::load {
namespace {

constexpr std::uint32_t kLocalhost = 0x7F00'0001;
constexpr int kPriority = -10;
constexpr std::size_t kServers = 2;
constexpr std::size_t kSentinels = 3;
constexpr int kHasty = 1'000;        // Until a Sentinel gives a master up, in ms,
constexpr int kPatient = 3'600'000;  // and when it is not to.

std::string PortOf(const sockaddr_in& address) { return std::to_string(ntohs(address.sin_port)); }

/// With what Redis has unless told otherwise, but for the disk, of which there is none.
cli::ProgramSpec ServerSpec(const std::string& path, const std::string& folder, std::uint16_t port) {
  return {.name = "redis-server",
          .path = path,
          .arguments = {"--port", std::to_string(port), "--bind", "127.0.0.1", "--dir", folder, "--save", "",
                        "--appendonly", "no", "--repl-diskless-sync-delay", "0"}};
}

std::string SentinelConfig(const std::string& folder, std::uint16_t port, std::uint16_t master) {
  return "port " + std::to_string(port) + "\nbind 127.0.0.1\ndir " + folder +
         "\nsentinel monitor main 127.0.0.1 " + std::to_string(master) +
         " 2\nsentinel down-after-milliseconds main " + std::to_string(kPatient) +
         "\nsentinel failover-timeout main 5000\n";
}

std::string PatienceCommand(int milliseconds) {
  return "SENTINEL SET main down-after-milliseconds " + std::to_string(milliseconds);
}

}  // namespace

std::size_t RedisGroup::PortsFor(bool fails_over) { return fails_over ? kServers + kSentinels : 1; }

StatusOr<std::unique_ptr<RedisGroup>> RedisGroup::Make(const std::string& program,
                                                       const ScratchFolder& folder,
                                                       std::span<const std::uint16_t> ports) {
  std::unique_ptr<RedisGroup> group(new RedisGroup());
  const auto make = [](cli::ProgramSpec spec, const char* ready_words, std::uint16_t port) {
    return std::make_unique<Server>(
        Server{.member = {std::move(spec), ready_words}, .address = SocketAddress(kLocalhost, port)});
  };
  for (std::size_t i = 0; i < ports.size(); ++i) {
    OOFGG_ASSIGN_OR_RETURN(const std::string own, folder.MakeFolder("redis-" + std::to_string(i)));
    if (i < kServers) {
      group->servers_.push_back(
          make(ServerSpec(program, own, ports[i]), "Ready to accept connections", ports[i]));
      continue;
    }
    OOFGG_ASSIGN_OR_RETURN(const std::string config,
                           folder.Write("redis-" + std::to_string(i) + "/sentinel.conf",
                                        SentinelConfig(own, ports[i], ports.front())));
    cli::ProgramSpec spec{.name = "redis-sentinel", .path = program, .arguments = {config, "--sentinel"}};
    group->sentinels_.push_back(make(std::move(spec), "+monitor master main", ports[i]));
  }
  return group;
}

Status RedisGroup::Launch() {
  for (const auto& server : servers_) {
    OOFGG_RETURN_IF_ERROR(server->member.Launch());
    // It is to have a processor when it needs one, as on a machine of its own; where that is not ours to
    // give, it goes without.
    setpriority(PRIO_PROCESS, static_cast<id_t>(server->member.pid()), kPriority);
  }
  for (const auto& sentinel : sentinels_) OOFGG_RETURN_IF_ERROR(sentinel->member.Launch());
  return {};
}

bool RedisGroup::is_ready() const {
  const auto is_ready = [](const auto& server) { return server->member.is_ready(); };
  return std::all_of(servers_.begin(), servers_.end(), is_ready) &&
         std::all_of(sentinels_.begin(), sentinels_.end(), is_ready);
}

/// Not by an argument of the replica: as a master, it is started without one.
Status RedisGroup::Connect() {
  if (servers_.size() == 1) return {};
  return AskRedis(servers_[1 - master_]->address, "REPLICAOF 127.0.0.1 " + PortOf(master_address())).status();
}

Status RedisGroup::Look() {
  for (const auto& server : servers_) OOFGG_RETURN_IF_ERROR(server->member.Look());
  for (const auto& sentinel : sentinels_) OOFGG_RETURN_IF_ERROR(sentinel->member.Look());
  return {};
}

void RedisGroup::Kill() {
  for (const auto& server : servers_) server->member.Signal(SIGKILL, true);
  for (const auto& sentinel : sentinels_) sentinel->member.Signal(SIGKILL, true);
}

std::string RedisGroup::url() const {
  if (sentinels_.empty()) return "redis://127.0.0.1:" + PortOf(master_address());
  std::string hosts;
  for (const auto& sentinel : sentinels_) {
    hosts += (hosts.empty() ? "127.0.0.1:" : ",127.0.0.1:") + PortOf(sentinel->address);
  }
  return "redis+sentinel://" + hosts + "/main";
}

Status RedisGroup::TellSentinels(const std::string& command) {
  for (const auto& sentinel : sentinels_) {
    OOFGG_ASSIGN_OR_RETURN(const std::string answer, AskRedis(sentinel->address, command));
    if (answer != "+OK\r\n") return MakeStatus(StatusCode::kUnavailable, "a Sentinel says " + answer);
  }
  return {};
}

Status RedisGroup::AllowFailover() { return TellSentinels(PatienceCommand(kHasty)); }
Status RedisGroup::ForbidFailover() { return TellSentinels(PatienceCommand(kPatient)); }

bool RedisGroup::HasFailedOver() {
  const std::string other = "\r\n" + PortOf(servers_[1 - master_]->address) + "\r\n";
  for (const auto& sentinel : sentinels_) {
    const auto named = AskRedis(sentinel->address, "SENTINEL GET-MASTER-ADDR-BY-NAME main");
    if (!named.ok() || named->find(other) == std::string::npos) return false;
  }
  master_ = 1 - master_;
  return true;
}

}  // namespace oofgg::load
