// The phases in which servers end, hang and come back.

#include <algorithm>
#include <csignal>
#include <utility>

#include "servers/cli/load/conductor.h"

namespace oofgg::load {
namespace {

constexpr Nanos kFaultSecond = 1'000 * kNanosPerMilli;
// Until others know that an instance is dead, and until its users are offline: as the cluster starts them.
constexpr Nanos kLeaseAndGrace = 10 * kFaultSecond;
constexpr Nanos kUntilFault = kFaultSecond;
constexpr Nanos kPause = 8 * kFaultSecond;  // Longer than the lease.
constexpr Nanos kDown = 3 * kFaultSecond;   // Shorter than it.
constexpr Nanos kRound = 20 * kFaultSecond;
constexpr Nanos kPatience = 60 * kFaultSecond;

/// The same as a Status, by which what is under way is left.
Status Stopped(const StatusOr<bool>& whole) {
  if (!whole.ok() || *whole) return whole.status();
  return MakeStatus(StatusCode::kCancelled, "interrupted");
}

}  // namespace

Status Conductor::Drain(LoadReport& report) {
  const std::uint32_t phase = next_phase_++;
  const Status status = DrainOne(phase, 0);
  counts_.command().phase = phase;
  report.drain = FaultCounts(Fault::kDrain, 1);
  Show("drained an instance: " + std::to_string(report.drain->cut) + " users, back after " +
           std::to_string(report.drain->back.max_ns / kNanosPerMilli) + " ms at most, " +
           std::to_string(report.drain->heard.false_flaps) + " flaps",
       true);
  return LeaveOff(status, report);
}

Status Conductor::LeaveOff(const Status& status, LoadReport& report) {
  report.interrupted = absl::IsCancelled(status);
  return report.interrupted ? Status() : status;
}

/// Asks one instance to end. Its users go elsewhere, and nobody should notice.
Status Conductor::DrainOne(std::uint32_t phase, std::uint32_t index) {
  ClusterMember& victim = parts_.cluster->instance(index);
  OOFGG_RETURN_IF_ERROR(Brace(phase, Command::OnCut::kReturn));
  TakeOut(index);
  victim.Signal(SIGTERM, true);
  OOFGG_RETURN_IF_ERROR(AwaitEndOf(victim));
  OOFGG_RETURN_IF_ERROR(AwaitReturns());
  // Who was taken for gone is so once the grace is over.
  OOFGG_RETURN_IF_ERROR(Stopped(Wait(kLeaseAndGrace, "waiting for the grace to be over")));
  HeardFigures heard;
  OOFGG_RETURN_IF_ERROR(Stopped(SettleAndVerify(heard, ToNanos(options_.settle))));
  OOFGG_RETURN_IF_ERROR(Restart(victim));
  TakeBack(index);
  return Brace(phase, Command::OnCut::kDropped);
}

/// Kills one instance for good. Its users are gone, of which the others are to hear.
Status Conductor::Kill(LoadReport& report) {
  const std::uint32_t index = options_.cluster.instances - 1;
  Status status = Brace(next_phase_++, Command::OnCut::kGone);
  TakeOut(index);
  parts_.cluster->instance(index).Signal(SIGKILL, true);
  HeardFigures heard;
  if (status.ok()) status = AwaitEndOf(parts_.cluster->instance(index));
  if (status.ok()) status = Stopped(SettleAndVerify(heard, kLeaseAndGrace + ToNanos(options_.settle)));
  report.kill = FaultCounts(Fault::kKill, 1);
  Show("killed an instance: " + std::to_string(report.kill->latency.count) +
           " heard who is gone, the last after " +
           std::to_string(report.kill->latency.max_ns / kNanosPerMilli) + " ms; " +
           std::to_string(report.kill->heard.lost) + " did not hear",
       true);
  return LeaveOff(status, report);
}

Status Conductor::Chaos(LoadReport& report) {
  const std::uint32_t first_phase = next_phase_;
  next_phase_ += static_cast<std::uint32_t>(kFaults) + 1;
  const Nanos start = NowNanos();
  std::uint32_t rounds = 0;
  Status status = Brace(first_phase, Command::OnCut::kReturn);
  for (; status.ok() && NowNanos() < start + ToNanos(options_.cluster.chaos); ++rounds) {
    status = Round(first_phase, rounds);
  }
  ChaosFigures chaos;
  chaos.seconds = static_cast<double>(NowNanos() - start) / static_cast<double>(kFaultSecond);
  if (status.ok()) status = SettleChaos(next_phase_ - 1, chaos.heard);
  chaos.settled = status.ok();
  for (std::uint32_t kind = 0; kind < std::min<std::uint32_t>(rounds, kFaults); ++kind) {
    const auto times = static_cast<std::uint32_t>((rounds + kFaults - 1 - kind) / kFaults);
    counts_.command().phase = first_phase + kind;
    chaos.faults.push_back(FaultCounts(static_cast<Fault>(kind), times));
  }
  counts_.command().phase = next_phase_ - 1;
  if (chaos.settled) Show("chaos: " + std::to_string(chaos.heard.lost) + " wrong in the end", true);
  report.chaos = std::move(chaos);
  return LeaveOff(status, report);
}

/// One fault, and what it takes to get over it, while users change.
Status Conductor::Round(std::uint32_t first_phase, std::uint32_t round) {
  const auto fault = static_cast<Fault>(round % kFaults);
  Command& command = counts_.command();
  command.phase = first_phase + static_cast<std::uint32_t>(round % kFaults);
  command.per_second = options_.rates.empty() ? 0 : options_.rates.back();
  command.start = NowNanos();
  command.end = command.start + kRound;
  command.users = options_.steps.back();
  Post(Command::Kind::kChange);
  OOFGG_RETURN_IF_ERROR(Stopped(Wait(kUntilFault, "chaos")));
  // Not where a drain has just left nobody, and not the same for the same kind of fault.
  const auto victim = static_cast<std::uint32_t>((round + round / kFaults + 1) % options_.cluster.instances);
  OOFGG_RETURN_IF_ERROR(Inflict(fault, victim));
  OOFGG_RETURN_IF_ERROR(Stopped(AwaitDone("chaos: after " + NameOf(fault))));
  Show("chaos: " + NameOf(fault) + ", " + std::to_string(counts_.heard().false_flaps) + " flaps by its kind",
       true);
  return {};
}

/// Until it is over, or mended.
Status Conductor::Inflict(Fault fault, std::uint32_t victim) {
  const bool is_of_redis =
      fault == Fault::kStopRedis || fault == Fault::kKillRedis || fault == Fault::kFailOver;
  if (is_of_redis) return InflictOnRedis(fault);
  TakeOut(victim);
  OOFGG_RETURN_IF_ERROR(InflictOnInstance(fault, victim));
  TakeBack(victim);
  return {};
}

Status Conductor::InflictOnInstance(Fault fault, std::uint32_t index) {
  const std::string what = "chaos: " + NameOf(fault);
  ClusterMember& member = parts_.cluster->instance(index);
  if (fault != Fault::kPause) return RestartLater(member, fault == Fault::kKill ? SIGKILL : SIGTERM, what);
  member.Signal(SIGSTOP, false);
  const Status status = Stopped(Wait(kPause, what));
  member.Signal(SIGCONT, false);
  return status;
}

Status Conductor::InflictOnRedis(Fault fault) {
  if (fault == Fault::kFailOver) return FailOver();
  // To Redis, which has no file to save to, SIGTERM is SHUTDOWN NOSAVE.
  const int signal = fault == Fault::kKillRedis ? SIGKILL : SIGTERM;
  return RestartLater(parts_.cluster->redis().master(), signal, "chaos: " + NameOf(fault));
}

/// The master dies, the replica takes its place, and it comes back as the replica.
Status Conductor::FailOver() {
  RedisGroup& redis = parts_.cluster->redis();
  ClusterMember& lost = redis.master();
  OOFGG_RETURN_IF_ERROR(redis.AllowFailover());
  lost.Signal(SIGKILL, true);
  OOFGG_RETURN_IF_ERROR(
      WaitFor([&] { return redis.HasFailedOver(); }, "chaos: waiting for the replica to take over"));
  OOFGG_RETURN_IF_ERROR(redis.ForbidFailover());
  return Restart(lost);
}

Status Conductor::RestartLater(ClusterMember& member, int signal, const std::string& what) {
  member.Signal(signal, true);
  OOFGG_RETURN_IF_ERROR(Stopped(Wait(kDown, what)));
  return Restart(member);
}

/// `phase` counts what is heard from now on, and what is wrong in the end.
Status Conductor::SettleChaos(std::uint32_t phase, HeardFigures& heard) {
  OOFGG_RETURN_IF_ERROR(AwaitReturns());
  OOFGG_RETURN_IF_ERROR(Stopped(Wait(kLeaseAndGrace, "waiting for the grace to be over")));
  OOFGG_RETURN_IF_ERROR(Brace(phase, Command::OnCut::kDropped));
  return Stopped(SettleAndVerify(heard, kLeaseAndGrace + ToNanos(options_.settle)));
}

Status Conductor::Restart(ClusterMember& member) {
  const std::string what = "starting " + member.name() + " again";
  OOFGG_RETURN_IF_ERROR(WaitFor([&] { return !member.is_running(); }, what));
  OOFGG_RETURN_IF_ERROR(member.Launch());
  return WaitFor([&] { return member.is_ready(); }, what);
}

Status Conductor::Brace(std::uint32_t phase, Command::OnCut on_cut) {
  counts_.command().phase = phase;
  counts_.command().on_cut = on_cut;
  return Stopped(Do(Command::Kind::kBrace, "bracing"));
}

/// Until the workers, too, know of all who were there.
Status Conductor::AwaitEndOf(ClusterMember& victim) {
  OOFGG_RETURN_IF_ERROR(WaitFor([&] { return !victim.is_running(); }, "waiting for an instance to end"));
  constexpr Nanos kStill = 500 * kNanosPerMilli;
  Nanos since = NowNanos();
  std::uint64_t cut = counts_.Sum(&PhaseTallies::cut);
  const auto is_still = [&] {
    const std::uint64_t now = counts_.Sum(&PhaseTallies::cut);
    if (std::exchange(cut, now) != now) since = NowNanos();
    return NowNanos() - since > kStill;
  };
  return WaitFor(is_still, "waiting for users to notice");
}

Status Conductor::AwaitReturns() {
  return WaitFor([this] { return counts_.Sum(&WorkerBoard::away) == 0; }, "waiting for users to be back");
}

Status Conductor::WaitFor(const std::function<bool()>& is_over, const std::string& what) {
  const Nanos deadline = NowNanos() + kPatience;
  while (!is_over()) {
    if (pool_.WaitAMoment()) return MakeStatus(StatusCode::kCancelled, "interrupted");
    OOFGG_RETURN_IF_ERROR(Look());
    Show(what);
    if (NowNanos() > deadline)
      return MakeStatus(StatusCode::kUnavailable, what + " takes more than a minute");
  }
  return {};
}

void Conductor::TakeOut(std::uint32_t instance) {
  counts_.command().up.fetch_and(~(std::uint64_t{1} << instance));
  counts_.command().fault_at.store(NowNanos());
}

void Conductor::TakeBack(std::uint32_t instance) {
  counts_.command().up.fetch_or(std::uint64_t{1} << instance);
}

FaultFigures Conductor::FaultCounts(Fault fault, std::uint32_t times) const {
  FaultFigures figures{.kind = NameOf(fault),
                       .times = times,
                       .cut = counts_.Sum(&PhaseTallies::cut),
                       .returned = counts_.Sum(&PhaseTallies::returned),
                       .back = counts_.Merged(&PhaseTallies::hello),
                       .changes = counts_.changes(),
                       .latency = counts_.Merged(&PhaseTallies::latency),
                       .heard = counts_.heard(),
                       .stale_ns = counts_.Most(&PhaseTallies::stale)};
  figures.stale_ns = std::max(figures.stale_ns, figures.latency.max_ns);
  return figures;
}

}  // namespace oofgg::load
