#include "servers/cli/load/shared_counts.h"

#include <algorithm>
#include <memory>

namespace oofgg::load {
namespace {

constexpr std::size_t kRounds = 4'096;  // Of the celebrity that are told apart.

void Merge(HeardFigures& sum, const PhaseTallies& tallies) {
  const auto of = [&](Heard heard) { return tallies.heard[static_cast<std::size_t>(heard)].get(); };
  const std::uint64_t others = of(Heard::kRepeat) + of(Heard::kOutOfOrder) + of(Heard::kFalseFlap) +
                               of(Heard::kUnplaced) + of(Heard::kStranger);
  sum.deliveries += of(Heard::kChange) + others;
  sum.snapshots += of(Heard::kSnapshot);
  sum.repeats += of(Heard::kRepeat);
  sum.out_of_order += of(Heard::kOutOfOrder);
  sum.false_flaps += of(Heard::kFalseFlap);
  sum.unplaced += of(Heard::kUnplaced);
  sum.strangers += of(Heard::kStranger);
  sum.ambiguous += tallies.ambiguous.get();
  sum.lost += tallies.lost.get();
}

}  // namespace

StatusOr<SharedCounts> SharedCounts::Make(std::uint32_t workers, std::size_t phases) {
  OOFGG_ASSIGN_OR_RETURN(auto command, SharedArray<Command>::Make(1));
  OOFGG_ASSIGN_OR_RETURN(auto boards, SharedArray<WorkerBoard>::Make(workers));
  OOFGG_ASSIGN_OR_RETURN(auto tallies, SharedArray<PhaseTallies>::Make(workers * phases));
  OOFGG_ASSIGN_OR_RETURN(auto rounds, SharedArray<CelebrityRound>::Make(kRounds));
  return SharedCounts(std::move(command), std::move(boards), std::move(tallies), std::move(rounds));
}

std::span<PhaseTallies> SharedCounts::TalliesOf(std::uint32_t worker) const {
  const std::size_t phases = tallies_.all().size() / boards().size();
  return tallies_.all().subspan(worker * phases, phases);
}

std::uint64_t SharedCounts::Sum(Tally WorkerBoard::*count) const {
  std::uint64_t sum = 0;
  for (const WorkerBoard& board : boards()) sum += (board.*count).get();
  return sum;
}

std::string SharedCounts::trouble() const {
  for (const WorkerBoard& board : boards()) {
    if (board.has_trouble.load(std::memory_order_acquire)) return board.trouble.data();
  }
  return {};
}

std::uint64_t SharedCounts::Sum(Tally PhaseTallies::*count) const {
  std::uint64_t sum = 0;
  ForPhase([&](const PhaseTallies& tallies) { sum += (tallies.*count).get(); });
  return sum;
}

std::uint64_t SharedCounts::Most(Tally PhaseTallies::*count) const {
  std::uint64_t most = 0;
  ForPhase([&](const PhaseTallies& tallies) { most = std::max(most, (tallies.*count).get()); });
  return most;
}

std::uint64_t SharedCounts::heardings() const {
  std::uint64_t sum = 0;
  ForPhase([&](const PhaseTallies& tallies) {
    for (const Tally& heard : tallies.heard) sum += heard.get();
  });
  return sum;
}

HeardFigures SharedCounts::heard() const {
  HeardFigures figures;
  ForPhase([&](const PhaseTallies& tallies) { Merge(figures, tallies); });
  return figures;
}

Latency SharedCounts::Merged(Histogram PhaseTallies::*histogram) const {
  const auto merged = std::make_unique<Histogram>();
  ForPhase([&](const PhaseTallies& tallies) { merged->Merge(tallies.*histogram); });
  return InShort(*merged);
}

RateFigures::Celebrity SharedCounts::celebrity() const {
  RateFigures::Celebrity figures;
  Histogram last;
  std::uint64_t heard = 0;
  for (const CelebrityRound& round : rounds()) {
    const std::uint64_t followers = round.heard.load(std::memory_order_relaxed);
    if (followers == 0) continue;
    ++figures.rounds;
    heard += followers;
    last.Record(round.last.load(std::memory_order_relaxed));
  }
  if (figures.rounds > 0) {
    figures.heard_per_round = static_cast<double>(heard) / static_cast<double>(figures.rounds);
  }
  figures.latency = Merged(&PhaseTallies::celebrity);
  figures.last_p50_ns = last.Quantile(0.5);
  figures.last_max_ns = last.max();
  return figures;
}

void SharedCounts::ForgetRounds() const {
  for (CelebrityRound& round : rounds()) {
    round.heard.store(0, std::memory_order_relaxed);
    round.last.store(0, std::memory_order_relaxed);
  }
}

}  // namespace oofgg::load
