#include "servers/cli/load/conductor.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "servers/cli/load/grpc_links.h"
#include "servers/cli/load/load_worker.h"
#include "servers/cli/load/tcp_links.h"
#include "servers/cli/load/udp_links.h"

namespace oofgg::load {
namespace {

constexpr Nanos kQuiet = 300 * kNanosPerMilli;
constexpr Nanos kNoProgress = 20'000 * kNanosPerMilli;
constexpr Nanos kShowEvery = 250 * kNanosPerMilli;

double Seconds(Nanos time) {
  constexpr double kNanos = 1e9;
  return static_cast<double>(time) / kNanos;
}

std::string Millis(double seconds) {
  constexpr double kMillis = 1e3;
  return std::to_string(std::llround(seconds * kMillis)) + " ms";
}

std::optional<double> ServerSeconds(const PartFigures& before, const PartFigures& after) {
  if (!before.server.has_value() || !after.server.has_value()) return std::nullopt;
  return after.server->cpu_seconds() - before.server->cpu_seconds();
}

std::optional<RedisUse> UseOfRedis(const PartFigures& before, const PartFigures& after, double seconds) {
  if (!before.redis.has_value() || !after.redis.has_value()) return std::nullopt;
  return RedisUse{.seconds = seconds,
                  .cpu_s = after.redis->process.cpu_seconds() - before.redis->process.cpu_seconds(),
                  .figures = Since(before.redis->figures, after.redis->figures)};
}

/// Nothing while it is down.
std::optional<RedisCost> ReadRedis(Cluster& cluster) {
  ClusterMember& server = cluster.redis().master();
  if (!server.is_ready()) return std::nullopt;
  const auto figures = ReadRedisFigures(cluster.redis().master_address());
  const auto process = ReadCost(std::array{server.pid()});
  if (!figures.ok() || !process.ok()) return std::nullopt;
  return RedisCost{.process = *process, .figures = *figures};
}

}  // namespace

Status Conductor::Run(LoadReport& report) {
  const std::uint64_t dropped_before = ReadDroppedPackets();
  OOFGG_RETURN_IF_ERROR(StartWorkers());
  Status status = Phases(report);
  // Who lost a server and found no other has not come either.
  report.failed = counts_.Sum(&WorkerBoard::failed) + counts_.Sum(&WorkerBoard::away);
  report.dropped = counts_.Sum(&WorkerBoard::dropped);
  report.dropped_packets = ReadDroppedPackets() - dropped_before;
  report.resent = counts_.Sum(&WorkerBoard::resent);
  report.trouble = WithCure(counts_.trouble());
  Quit();
  return status;
}

Status Conductor::StartWorkers() {
  for (std::uint32_t worker = 0; worker < parts_.plan.workers; ++worker) {
    OOFGG_RETURN_IF_ERROR(pool_.Fork([this, worker] {
      LinkPlan plan = parts_.plan;
      plan.worker = worker;
      const auto make_links = [this](const LinkPlan& own, int epoll, LinkEvents& events) {
        return MakeLinks(own, epoll, events);
      };
      LoadWorker loop({.plan = plan,
                       .truth = parts_.truth,
                       .followers = parts_.followers,
                       .command = counts_.command(),
                       .board = counts_.boards()[worker],
                       .phases = counts_.TalliesOf(worker),
                       .rounds = counts_.rounds(),
                       .status_share = options_.status_share,
                       .spin = options_.spin,
                       .celebrity_every = options_.celebrity > 0 ? ToNanos(options_.celebrity_every) : 0,
                       .seed = options_.seed * parts_.plan.workers + worker},
                      make_links);
      loop.Run();
    }));
  }
  return {};
}

std::unique_ptr<Links> Conductor::MakeLinks(const LinkPlan& plan, int epoll, LinkEvents& events) const {
  if (options_.protocol == Protocol::kUdp) return std::make_unique<UdpLinks>(plan, epoll, events);
  if (options_.protocol == Protocol::kGrpc) {
    GrpcTransportOptions transport;
    transport.endpoints.game = options_.server;
    transport.tls = options_.grpc_tls;
    return std::make_unique<GrpcLinks>(plan, std::move(transport), options_.sign, epoll, events);
  }
  return std::make_unique<TcpLinks>(plan, parts_.tls.has_value() ? &*parts_.tls : nullptr, epoll, events);
}

Status Conductor::Phases(LoadReport& report) {
  for (const User users : options_.steps) {
    OOFGG_RETURN_IF_ERROR(Step(users, report));
    if (report.interrupted) return {};
  }
  OOFGG_RETURN_IF_ERROR(Hold(report));
  for (const std::uint32_t rate : options_.rates) {
    if (report.interrupted) return {};
    if (rate > 0) OOFGG_RETURN_IF_ERROR(ChangeAt(rate, report));
  }
  if (options_.cluster.drain && !report.interrupted) OOFGG_RETURN_IF_ERROR(Drain(report));
  if (options_.cluster.chaos.count() > 0 && !report.interrupted) OOFGG_RETURN_IF_ERROR(Chaos(report));
  if (options_.cluster.kill && !report.interrupted) OOFGG_RETURN_IF_ERROR(Kill(report));
  return {};
}

Status Conductor::Step(User users, LoadReport& report) {
  counts_.command().phase = next_phase_++;
  counts_.command().users = users;
  counts_.command().per_second = options_.connects_per_s;
  const std::uint64_t before = counts_.Sum(&WorkerBoard::ready);
  const Nanos start = NowNanos();
  OOFGG_ASSIGN_OR_RETURN(const bool all, Do(Command::Kind::kConnect, "connecting"));
  StepFigures step;
  step.connections = static_cast<std::uint32_t>(counts_.Sum(&WorkerBoard::ready));
  step.connected = static_cast<std::uint32_t>(step.connections - before);
  step.connect_seconds = Seconds(std::max(counts_.last_ready(), start) - start);
  OOFGG_ASSIGN_OR_RETURN(const bool settled,
                         all ? SettleAndVerify(step.heard, ToNanos(options_.settle)) : StatusOr<bool>(false));
  OOFGG_ASSIGN_OR_RETURN(const bool steady, settled ? WaitUntilSteady() : StatusOr<bool>(false));
  step.hello = counts_.Merged(&PhaseTallies::hello);
  step.online = counts_.Merged(&PhaseTallies::latency);
  static_cast<PartFigures&>(step) = ReadParts();
  report.steps.push_back(step);
  report.interrupted = !steady;
  Show(std::to_string(step.connections) + " connected in " + Millis(step.connect_seconds), true);
  return {};
}

Status Conductor::Hold(LoadReport& report) {
  if (options_.hold.count() == 0) return {};
  const PartFigures before = ReadParts();
  const Nanos start = NowNanos();
  OOFGG_ASSIGN_OR_RETURN(const bool whole, Wait(ToNanos(options_.hold), "idle"));
  report.held_seconds = Seconds(NowNanos() - start);
  const PartFigures after = ReadParts();
  report.held_server_cpu_s = ServerSeconds(before, after);
  report.held_redis_use = UseOfRedis(before, after, report.held_seconds);
  report.interrupted = !whole;
  Show("held for " + Millis(report.held_seconds), true);
  return {};
}

Status Conductor::ChangeAt(double per_second, LoadReport& report) {
  constexpr Nanos kLead = 50 * kNanosPerMilli;  // So that every worker knows before the first is due.
  Command& command = counts_.command();
  command.phase = next_phase_++;
  command.per_second = per_second;
  command.start = NowNanos() + kLead;
  command.end = command.start + ToNanos(options_.duration);
  command.celebrity_base = parts_.truth.Latest(0).number;
  counts_.ForgetRounds();
  const PartFigures before = ReadParts();
  const std::string what = std::to_string(static_cast<std::uint64_t>(per_second)) + " changes/s";
  OOFGG_ASSIGN_OR_RETURN(const bool whole, Do(Command::Kind::kChange, what));
  RateFigures rate;
  rate.asked_per_s = per_second;
  rate.seconds = Seconds(std::min(NowNanos(), command.end) - command.start);
  OOFGG_ASSIGN_OR_RETURN(const bool settled, whole ? SettleAndVerify(rate.heard, ToNanos(options_.settle))
                                                   : StatusOr<bool>(false));
  if (!settled) rate.heard = counts_.heard();
  static_cast<PartFigures&>(rate) = ReadParts();
  rate.server_cpu_s = ServerSeconds(before, rate);
  rate.load_cpu_s = rate.load.cpu_seconds() - before.load.cpu_seconds();
  rate.redis_use = UseOfRedis(before, rate, Seconds(NowNanos() - command.start));
  rate.changes = counts_.changes();
  rate.latency = counts_.Merged(&PhaseTallies::latency);
  rate.lateness = counts_.Merged(&PhaseTallies::lateness);
  if (options_.celebrity > 0) rate.celebrity = counts_.celebrity();
  report.rates.push_back(rate);
  report.interrupted = !settled;
  Show(what + ": " + std::to_string(rate.heard.deliveries) + " heard, p99 " +
           std::to_string(rate.latency.p99_ns / 1'000) + " us, " + std::to_string(rate.heard.lost) + " lost",
       true);
  return {};
}

void Conductor::Post(Command::Kind kind) {
  counts_.command().kind = kind;
  counts_.command().number.fetch_add(1, std::memory_order_release);
}

StatusOr<bool> Conductor::Do(Command::Kind kind, const std::string& what) {
  Post(kind);
  return AwaitDone(what);
}

StatusOr<bool> Conductor::AwaitDone(const std::string& what) {
  const Command::Kind kind = counts_.command().kind;
  const std::uint32_t number = counts_.command().number.load(std::memory_order_relaxed);
  const auto is_done = [&](const WorkerBoard& board) {
    return board.done.load(std::memory_order_acquire) == number;
  };
  Nanos moved = NowNanos();
  std::uint64_t ready = counts_.Sum(&WorkerBoard::ready);
  while (!std::all_of(counts_.boards().begin(), counts_.boards().end(), is_done)) {
    if (pool_.WaitAMoment()) return false;
    OOFGG_RETURN_IF_ERROR(Look());
    Show(what);
    const std::uint64_t now_ready = counts_.Sum(&WorkerBoard::ready);
    if (std::exchange(ready, now_ready) != now_ready) moved = NowNanos();
    if (kind == Command::Kind::kConnect && options_.connects_per_s == 0 && NowNanos() - moved > kNoProgress) {
      return MakeStatus(StatusCode::kUnavailable,
                        "the server has not answered for 20 s, after " + std::to_string(ready) +
                            " connections; see its log, and whether --server names its presence port");
    }
  }
  return true;
}

StatusOr<bool> Conductor::SettleAndVerify(HeardFigures& heard, Nanos patience) {
  const Nanos deadline = NowNanos() + patience;
  do {
    OOFGG_ASSIGN_OR_RETURN(const bool quiet, WaitUntilQuiet(deadline));
    OOFGG_ASSIGN_OR_RETURN(const bool verified,
                           quiet ? Do(Command::Kind::kVerify, "verifying") : StatusOr<bool>(false));
    heard = counts_.heard();
    if (!verified) return false;
  } while (heard.lost > 0 && NowNanos() < deadline);
  return true;
}

StatusOr<bool> Conductor::WaitUntilQuiet(Nanos deadline) {
  Nanos since = NowNanos();
  std::uint64_t heard = counts_.heardings();
  while (NowNanos() - since < kQuiet && NowNanos() < deadline) {
    if (pool_.WaitAMoment()) return false;
    OOFGG_RETURN_IF_ERROR(Look());
    Show("settling");
    const std::uint64_t now_heard = counts_.heardings();
    if (std::exchange(heard, now_heard) != now_heard) since = NowNanos();
  }
  return true;
}

/// Allocators give back, and buffers are let go, a little after the last byte.
StatusOr<bool> Conductor::WaitUntilSteady() {
  constexpr Nanos kBetween = 500 * kNanosPerMilli;
  constexpr std::uint64_t kSame = std::uint64_t{256} * 1024;
  constexpr int kLooks = 20;
  std::uint64_t before = 0;
  for (int look = 0; look < kLooks; ++look) {
    const auto cost = ServerCost();
    if (!cost.has_value()) return true;
    const std::uint64_t now = cost->private_bytes;
    if (std::max(now, before) - std::min(now, before) < kSame) return true;
    before = now;
    OOFGG_ASSIGN_OR_RETURN(const bool whole, Wait(kBetween, "waiting until memory is steady"));
    if (!whole) return false;
  }
  return true;
}

StatusOr<bool> Conductor::Wait(Nanos time, const std::string& what) {
  const Nanos end = NowNanos() + time;
  while (NowNanos() < end) {
    if (pool_.WaitAMoment()) return false;
    OOFGG_RETURN_IF_ERROR(Look());
    Show(what);
  }
  return true;
}

Status Conductor::Look() {
  OOFGG_RETURN_IF_ERROR(pool_.Check());
  if (parts_.cluster != nullptr) OOFGG_RETURN_IF_ERROR(parts_.cluster->Look());
  // One that fails may be an accident; when none succeeds, there is no server.
  const bool hopeless = counts_.Sum(&WorkerBoard::ready) == 0 && counts_.Sum(&WorkerBoard::failed) > 0;
  const std::string trouble = hopeless ? counts_.trouble() : "";
  if (trouble.empty()) return {};
  return MakeStatus(StatusCode::kUnavailable,
                    "nobody could connect to " +
                        (parts_.cluster == nullptr ? options_.server : "the instances") + ": " +
                        WithCure(trouble));
}

void Conductor::Show(const std::string& what, bool done) {
  const Nanos now = NowNanos();
  if (!done && now - shown_ < kShowEvery) return;
  shown_ = now;
  parts_.progress(done ? what
                       : what + "; " + std::to_string(counts_.Sum(&WorkerBoard::ready)) + " connected, " +
                             std::to_string(counts_.heardings()) + " heard",
                  done);
}

void Conductor::Quit() {
  Post(Command::Kind::kQuit);
  pool_.Join();
}

std::optional<ProcessCost> Conductor::ServerCost() const {
  const std::vector<pid_t> pids =
      parts_.cluster != nullptr ? parts_.cluster->instance_pids() : options_.server_pids;
  if (pids.empty()) return std::nullopt;
  const auto cost = ReadCost(pids);
  return cost.ok() ? std::optional(*cost) : std::nullopt;
}

PartFigures Conductor::ReadParts() const {
  std::vector<pid_t> ours = pool_.pids();
  ours.push_back(getpid());
  PartFigures figures;
  figures.server = ServerCost();
  figures.load = ReadCost(ours).value_or(ProcessCost());
  figures.kernel = ReadKernelMemory();
  if (parts_.cluster != nullptr) figures.redis = ReadRedis(*parts_.cluster);
  return figures;
}

}  // namespace oofgg::load
