#pragma once

#include <optional>

#include "matchmaking/match_allocator.h"
#include "oofgg/clock.h"
#include "oofgg/executor.h"

namespace oofgg::testing {

/// Game servers without number that nobody can connect to, each ready some time after its match was made.
class MemoryAllocator final : public matchmaking::MatchAllocator {
 public:
  MemoryAllocator(const Clock& clock, Executor& executor, Duration server_start)
      : clock_(clock), executor_(executor), server_start_(server_start) {}

  void Allocate(matchmaking::MatchRequest request, Done done) override;
  /// Nothing is held that could be given back.
  void Cancel(const std::string& match_id) override;

  void FailNext(Status status) { next_failure_ = std::move(status); }

 private:
  const Clock& clock_;
  Executor& executor_;
  const Duration server_start_;
  std::optional<Status> next_failure_;
};

}  // namespace oofgg::testing
