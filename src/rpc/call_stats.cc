#include "rpc/call_stats.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <mutex>

namespace oofgg::rpc {
namespace {

struct MethodNames {
  std::mutex mutex;
  std::vector<std::string_view> paths;
};

MethodNames& Names() {
  static MethodNames& names = *new MethodNames;
  return names;
}

}  // namespace

CallStats::~CallStats() {
  for (const Cells& cells : cells_) static_cast<void>(cells.open.load(std::memory_order_acquire));
}

CallStats::MethodId CallStats::Register(std::string_view path) {
  MethodNames& names = Names();
  const std::lock_guard lock(names.mutex);
  const auto known = std::find(names.paths.begin(), names.paths.end(), path);
  const auto id = static_cast<MethodId>(known - names.paths.begin());
  if (id >= kMostMethods) std::abort();  // The table of methods has outgrown this one.
  if (known == names.paths.end()) names.paths.push_back(path);
  return id;
}

void CallStats::CountEnd(MethodId method, StatusCode code) {
  const auto number = (std::min)(static_cast<std::size_t>(code), kCodes - 1);
  cells_[method].ended[number].fetch_add(1, std::memory_order_relaxed);
  cells_[method].open.fetch_sub(1, std::memory_order_release);
}

void CallStats::CountTime(MethodId method, Duration took) {
  Cells& cells = cells_[method];
  const auto bucket =
      std::lower_bound(kBuckets.begin(), kBuckets.end(), std::chrono::duration<double>(took).count());
  if (bucket != kBuckets.end()) {
    cells.within[static_cast<std::size_t>(bucket - kBuckets.begin())].fetch_add(1, std::memory_order_relaxed);
  }
  const auto nanoseconds = std::chrono::duration_cast<std::chrono::nanoseconds>(took).count();
  cells.nanoseconds.fetch_add(static_cast<std::uint64_t>((std::max)(decltype(nanoseconds){0}, nanoseconds)),
                              std::memory_order_relaxed);
  cells.timed.fetch_add(1, std::memory_order_relaxed);
}

std::vector<CallStats::Row> CallStats::Read() const {
  std::vector<std::string_view> paths;
  {
    const std::lock_guard lock(Names().mutex);
    paths = Names().paths;
  }
  std::vector<Row> rows;
  for (MethodId id = 0; id < paths.size(); ++id) {
    const Cells& cells = cells_[id];
    Row row{.path = paths[id]};
    std::uint64_t seen = row.open = cells.open;
    for (std::size_t i = 0; i < kCodes; ++i) seen += row.ended[i] = cells.ended[i];
    for (std::size_t i = 0; i < kBuckets.size(); ++i) row.within[i] = cells.within[i];
    row.timed = cells.timed;
    row.heard = cells.heard;
    row.said = cells.said;
    row.seconds = static_cast<double>(cells.nanoseconds) / 1e9;
    if (seen > 0) rows.push_back(row);
  }
  return rows;
}

}  // namespace oofgg::rpc
