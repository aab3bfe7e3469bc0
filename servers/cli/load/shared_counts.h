#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "servers/cli/load/load_report.h"
#include "servers/cli/load/shared_array.h"
#include "servers/cli/load/worker_board.h"

namespace oofgg::load {

/// What the conductor tells its workers and what they count, in memory that they share, and the sums of that.
class SharedCounts {
 public:
  /// Errors: kResourceExhausted when there is no memory.
  [[nodiscard]] static StatusOr<SharedCounts> Make(std::uint32_t workers, std::size_t phases);

  [[nodiscard]] Command& command() const { return command_[0]; }
  [[nodiscard]] std::span<WorkerBoard> boards() const { return boards_.all(); }
  /// Of one worker, by phase.
  [[nodiscard]] std::span<PhaseTallies> TalliesOf(std::uint32_t worker) const;
  [[nodiscard]] std::span<CelebrityRound> rounds() const { return rounds_.all(); }

  /// Over all workers, of the whole run.
  [[nodiscard]] std::uint64_t Sum(Tally WorkerBoard::*count) const;
  /// The first thing that went wrong; empty: nothing.
  [[nodiscard]] std::string trouble() const;

  // Over all workers, of the command's phase.
  [[nodiscard]] std::uint64_t changes() const { return Sum(&PhaseTallies::changes); }
  [[nodiscard]] std::uint64_t Sum(Tally PhaseTallies::*count) const;
  [[nodiscard]] std::uint64_t Most(Tally PhaseTallies::*count) const;
  /// How much has been heard, of any kind.
  [[nodiscard]] std::uint64_t heardings() const;
  /// When the last connection was ready; 0: none is.
  [[nodiscard]] Nanos last_ready() const { return Most(&PhaseTallies::last_ready); }
  [[nodiscard]] HeardFigures heard() const;
  [[nodiscard]] Latency Merged(Histogram PhaseTallies::*histogram) const;
  [[nodiscard]] RateFigures::Celebrity celebrity() const;
  void ForgetRounds() const;

 private:
  SharedCounts(SharedArray<Command> command, SharedArray<WorkerBoard> boards,
               SharedArray<PhaseTallies> tallies, SharedArray<CelebrityRound> rounds)
      : command_(std::move(command)),
        boards_(std::move(boards)),
        tallies_(std::move(tallies)),
        rounds_(std::move(rounds)) {}

  template <typename F>
  void ForPhase(const F& visit) const {
    for (std::uint32_t worker = 0; worker < boards().size(); ++worker)
      visit(TalliesOf(worker)[command().phase]);
  }

  SharedArray<Command> command_;
  SharedArray<WorkerBoard> boards_;
  SharedArray<PhaseTallies> tallies_;  // Worker by worker.
  SharedArray<CelebrityRound> rounds_;
};

}  // namespace oofgg::load
