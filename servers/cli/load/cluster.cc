#include "servers/cli/load/cluster.h"

#include <limits.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "oofgg/random.h"
#include "servers/cli/load/links.h"
#include "servers/cli/load/own_network.h"

namespace oofgg::load {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kLocalhost = 0x7F00'0001;
constexpr Nanos kPatienceToStart = 60'000 * kNanosPerMilli;
constexpr Nanos kPatienceToEnd = 15'000 * kNanosPerMilli;  // Of an instance draining; see oofgg-game.
// oofgg-game wants a key; this is the example of RFC 8037. Nobody signs a token with it, nobody shows one.
constexpr const char* kSomeKeys =
    R"({"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})";

std::string InPath(const std::string& program) {
  const char* const variable = std::getenv("PATH");
  std::string_view folders = variable != nullptr ? variable : "/usr/bin:/bin";
  while (!folders.empty()) {
    const std::size_t colon = std::min(folders.find(':'), folders.size());
    std::string path = std::string(folders.substr(0, colon)) + "/" + program;
    if (access(path.c_str(), X_OK) == 0) return path;
    folders.remove_prefix(std::min(colon + 1, folders.size()));
  }
  return {};
}

std::string At(std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); }

cli::ProgramSpec GameSpec(const std::string& path, const std::string& folder, const std::string& keys,
                          std::uint16_t port, const std::string& redis_url) {
  const std::string door = At(port);
  return {.name = fs::path(folder).filename().string(),
          .path = path,
          .arguments = {"--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0", "--presence-listen", door,
                        "--websocket-listen", "127.0.0.1:0", "--database", "sqlite:" + folder + "/game.db",
                        "--event-log", folder + "/log", "--jwks", keys, "--redis", redis_url,
                        "--allow-volatile-redis", "--presence-lease", "5s", "--presence-advertise", door,
                        // What others in this environment use is not for these.
                        "--kafka", "", "--kafka-config", "", "--tls-cert", "", "--tls-key", "",
                        "--tls-client-ca", "", "--presence-auth=false"}};
}

}  // namespace

StatusOr<ClusterPrograms> FindClusterPrograms() {
  char own[PATH_MAX];
  const ssize_t length = readlink("/proc/self/exe", own, sizeof own);
  if (length < 0) return MakeStatus(StatusCode::kInternal, "/proc is not mounted");
  const fs::path path(std::string(own, static_cast<std::size_t>(length)));
  ClusterPrograms programs{.game = path.parent_path() / "oofgg-game", .redis = InPath("redis-server")};
  if (access(programs.game.c_str(), X_OK) != 0) {
    return MakeStatus(StatusCode::kFailedPrecondition,
                      "there is no oofgg-game beside this program, of which --instances starts some");
  }
  if (programs.redis.empty()) {
    return MakeStatus(StatusCode::kFailedPrecondition,
                      "there is no redis-server in PATH, by which --instances act as one; install Redis");
  }
  return programs;
}

StatusOr<std::unique_ptr<Cluster>> Cluster::Start(const ClusterPrograms& programs, std::uint32_t instances,
                                                  bool fails_over, const LoadProgress& progress) {
  OOFGG_ASSIGN_OR_RETURN(ScratchFolder folder, ScratchFolder::Make());
  std::unique_ptr<Cluster> cluster(new Cluster(std::move(folder)));
  OOFGG_RETURN_IF_ERROR(cluster->MakeMembers(programs, instances, fails_over));
  OOFGG_RETURN_IF_ERROR(cluster->StartRedis(progress));
  OOFGG_RETURN_IF_ERROR(cluster->StartInstances(progress));
  return cluster;
}

Cluster::~Cluster() {
  StopInstances();
  if (redis_ != nullptr) redis_->Kill();
}

Status Cluster::MakeMembers(const ClusterPrograms& programs, std::uint32_t instances, bool fails_over) {
  OOFGG_ASSIGN_OR_RETURN(const std::string keys, folder_.Write("jwks.json", kSomeKeys));
  OOFGG_ASSIGN_OR_RETURN(const auto ports,
                         FreePorts(instances + RedisGroup::PortsFor(fails_over), RandomSource::System()));
  OOFGG_ASSIGN_OR_RETURN(redis_,
                         RedisGroup::Make(programs.redis, folder_, std::span(ports).subspan(instances)));
  for (std::uint32_t index = 0; index < instances; ++index) {
    OOFGG_ASSIGN_OR_RETURN(const std::string folder, folder_.MakeFolder("instance-" + std::to_string(index)));
    servers_.push_back(SocketAddress(kLocalhost, ports[index]));
    instances_.push_back(std::make_unique<ClusterMember>(
        GameSpec(programs.game, folder, keys, ports[index], redis_->url()), "ready grpc="));
  }
  return {};
}

Status Cluster::StartRedis(const LoadProgress& progress) {
  OOFGG_RETURN_IF_ERROR(redis_->Launch());
  const Nanos deadline = NowNanos() + kPatienceToStart;
  while (!redis_->is_ready()) {
    if (signals_.WaitAMoment()) return MakeStatus(StatusCode::kCancelled, "interrupted");
    OOFGG_RETURN_IF_ERROR(redis_->Look());
    progress("starting redis-server", false);
    if (NowNanos() > deadline) return MakeStatus(StatusCode::kUnavailable, "redis-server does not get ready");
  }
  return redis_->Connect();
}

Status Cluster::StartInstances(const LoadProgress& progress) {
  for (const auto& instance : instances_) OOFGG_RETURN_IF_ERROR(instance->Launch());
  const Nanos began = NowNanos();
  const auto is_ready = [](const auto& instance) { return instance->is_ready(); };
  while (!std::all_of(instances_.begin(), instances_.end(), is_ready)) {
    if (signals_.WaitAMoment()) return MakeStatus(StatusCode::kCancelled, "interrupted");
    OOFGG_RETURN_IF_ERROR(Look());
    const auto ready = std::count_if(instances_.begin(), instances_.end(), is_ready);
    progress("starting instances; " + std::to_string(ready) + " are ready", false);
    if (NowNanos() > began + kPatienceToStart) {
      return MakeStatus(StatusCode::kUnavailable, "an instance of oofgg-game does not get ready");
    }
  }
  progress(std::to_string(instances_.size()) + " instances and redis-server ready in " +
               std::to_string((NowNanos() - began) / kNanosPerMilli) + " ms",
           true);
  return {};
}

std::vector<pid_t> Cluster::instance_pids() const {
  std::vector<pid_t> pids;
  for (const auto& instance : instances_) {
    if (instance->is_running()) pids.push_back(instance->pid());
  }
  return pids;
}

Status Cluster::Look() {
  OOFGG_RETURN_IF_ERROR(redis_->Look());
  for (const auto& instance : instances_) OOFGG_RETURN_IF_ERROR(instance->Look());
  return {};
}

void Cluster::StopInstances() {
  for (const auto& instance : instances_) {
    for (const int signal : {SIGTERM, SIGCONT}) instance->Signal(signal, true);
  }
  const Nanos deadline = NowNanos() + kPatienceToEnd;
  const auto is_running = [](const auto& instance) { return instance->is_running(); };
  while (std::any_of(instances_.begin(), instances_.end(), is_running) && NowNanos() < deadline) {
    signals_.WaitAMoment();
    for (const auto& instance : instances_) (void)instance->Look();
  }
}

}  // namespace oofgg::load
