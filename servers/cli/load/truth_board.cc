#include "servers/cli/load/truth_board.h"

namespace oofgg::load {
namespace {

constexpr std::uint64_t kShownBits = 2;

Change Unpack(std::uint32_t number, std::uint64_t packed) {
  return {number, static_cast<Shown>(packed & 3U), packed >> kShownBits};
}

}  // namespace

StatusOr<TruthBoard> TruthBoard::Make(User users) {
  OOFGG_ASSIGN_OR_RETURN(auto records, SharedArray<Record>::Make(users));
  return TruthBoard(std::move(records));
}

void TruthBoard::Put(User user, Shown shown, Nanos due) {
  Record& record = records_[user];
  const std::uint32_t number = record.latest.load(std::memory_order_relaxed) + 1;
  const std::uint64_t packed = due << kShownBits | static_cast<std::uint64_t>(shown);
  record.changes[number % kKept].store(packed, std::memory_order_relaxed);
  record.latest.store(number, std::memory_order_release);
}

Change TruthBoard::Latest(User user) const {
  const Record& record = records_[user];
  const std::uint32_t number = record.latest.load(std::memory_order_acquire);
  return Unpack(number, record.changes[number % kKept].load(std::memory_order_relaxed));
}

std::optional<Change> TruthBoard::Find(User user, std::uint32_t number) const {
  const Record& record = records_[user];
  const std::uint32_t latest = record.latest.load(std::memory_order_acquire);
  if (latest - number >= kKept) return std::nullopt;
  return Unpack(number, record.changes[number % kKept].load(std::memory_order_relaxed));
}

}  // namespace oofgg::load
