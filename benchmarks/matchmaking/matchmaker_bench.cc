// What one arrival costs while many wait. Each iteration adds a ticket; when the pool has grown over its
// size the oldest ticket is cancelled, so that it stays as large as it began. Time moves by 10 us an arrival.
//
// Counters: matched, the share of arrivals that led to a match; waiting, the pool at the end; bytes, heap
// per waiting ticket after filling; p99_us, the 99th percentile of one arrival with its cancellation.

#include <benchmark/benchmark.h>
#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "oofgg/matchmaking/matchmaker.h"
#include "oofgg/random.h"

namespace oofgg {
namespace {

struct Population {
  std::uint64_t skills = 0;  // Uniform over [0, skills).
  int largest_party = 1;
};

double HeapBytes() { return static_cast<double>(mallinfo2().uordblks); }

class Pool {
 public:
  Pool(const std::string& rules, Population population)
      : engine_(*RuleSet::Parse(rules)), population_(population) {}

  // Returns how many matches the arrival led to.
  std::size_t Arrive() {
    now_ += std::chrono::microseconds(10);
    MatchTicket& ticket = tickets_[next_++ % tickets_.size()];
    ticket.id.replace(0, 12, std::to_string(100'000'000'000 + next_));
    ticket.numbers.begin()->second = static_cast<double>(random_.Below(population_.skills * 1000)) / 1000;
    ticket.players =
        1 + static_cast<int>(random_.Below(static_cast<std::uint64_t>(population_.largest_party)));
    queue_.push_back(ticket.id);
    return engine_.AddTicket(ticket, now_)->size();
  }

  void CancelDownTo(std::size_t most) {
    while (engine_.waiting() > most) {
      engine_.RemoveTicket(queue_.front());
      queue_.pop_front();
    }
  }

  std::size_t waiting() const { return engine_.waiting(); }

 private:
  Matchmaker engine_;
  Population population_;
  SeededRandom random_{42};
  TimePoint now_{std::chrono::seconds(1000)};
  std::uint64_t next_ = 0;
  std::deque<std::string> queue_;
  // Prepared, so that the benchmark measures the engine and not the maps of its input.
  std::vector<MatchTicket> tickets_{16, MatchTicket{.id = "000000000000-7000-8000-000000000000",
                                                    .numbers = {{"skill", 0}},
                                                    .strings = {{"mode", "ranked"}}}};
};

struct FilledPool {
  Pool pool;
  double bytes_a_ticket = 0;
};

FilledPool Fill(std::size_t size, const std::string& rules, Population population) {
  const double before = HeapBytes();
  FilledPool filled{Pool(rules, population)};
  // A pool of tickets that wait is one in which matches are rare; it takes a few arrivals more to fill.
  for (std::size_t i = 0; i < 20 * size && filled.pool.waiting() < size; ++i) filled.pool.Arrive();
  filled.bytes_a_ticket =
      (HeapBytes() - before) / static_cast<double>(std::max<std::size_t>(1, filled.pool.waiting()));
  return filled;
}

void Run(benchmark::State& state, const std::string& rules, Population population) {
  const auto size = static_cast<std::size_t>(state.range(0));
  // The library runs a benchmark several times to find out how long; one pool serves all of them.
  static std::map<std::pair<std::string, std::size_t>, FilledPool> pools;
  auto filled = pools.find({rules, size});
  if (filled == pools.end())
    filled = pools.emplace(std::pair(rules, size), Fill(size, rules, population)).first;
  Pool& pool = filled->second.pool;

  std::vector<std::int64_t> nanoseconds;
  nanoseconds.reserve(1 << 20);
  std::size_t matches = 0;
  for (auto _ : state) {
    const auto begin = std::chrono::steady_clock::now();
    matches += pool.Arrive();
    pool.CancelDownTo(size);
    const auto took = std::chrono::steady_clock::now() - begin;
    if (nanoseconds.size() < nanoseconds.capacity()) nanoseconds.push_back(took.count());
  }
  const auto p99 = nanoseconds.begin() + static_cast<std::ptrdiff_t>(nanoseconds.size() * 99 / 100);
  std::nth_element(nanoseconds.begin(), p99, nanoseconds.end());
  const double arrivals = static_cast<double>(state.iterations());
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
  state.counters["matched"] = static_cast<double>(matches) / arrivals;
  state.counters["waiting"] = static_cast<double>(pool.waiting());
  state.counters["bytes"] = filled->second.bytes_a_ticket;
  state.counters["p99_us"] = static_cast<double>(*p99) / 1000;
}

// All in one queue. Within the maximum of 500 stand about 500 others, so every arrival has candidates; its
// window of 0.1 lets few of them pass.
void BM_Duel(benchmark::State& state) {
  Run(state,
      R"({"version": 1, "name": "duel", "teams": 2, "players_per_team": 1, "equal": ["mode"],
          "windows": [{"attribute": "skill", "initial": 0.1, "widen_per_second": 0.01, "maximum": 500}]})",
      {.skills = static_cast<std::uint64_t>(state.range(0)) * 2});
}
BENCHMARK(BM_Duel)->Arg(1'000)->Arg(100'000)->Unit(benchmark::kMicrosecond);

// Teams of five, parties of one to three. A few dozen others are in reach of an arrival.
void BM_FiveAgainstFive(benchmark::State& state) {
  Run(state,
      R"({"version": 1, "name": "arena", "teams": 2, "players_per_team": 5, "equal": ["mode"],
          "windows": [{"attribute": "skill", "initial": 5, "widen_per_second": 0.01, "maximum": 50}]})",
      {.skills = static_cast<std::uint64_t>(state.range(0)) * 4, .largest_party = 3});
}
BENCHMARK(BM_FiveAgainstFive)->Arg(1'000)->Arg(100'000)->Unit(benchmark::kMicrosecond);

// As above, with about 250 others in reach, most of them too far yet: near the bound of an exact search.
void BM_FiveAgainstFiveDense(benchmark::State& state) {
  Run(state,
      R"({"version": 1, "name": "arena", "teams": 2, "players_per_team": 5, "equal": ["mode"],
          "windows": [{"attribute": "skill", "initial": 5, "widen_per_second": 0.01, "maximum": 500}]})",
      {.skills = static_cast<std::uint64_t>(state.range(0)) * 4, .largest_party = 3});
}
BENCHMARK(BM_FiveAgainstFiveDense)->Arg(10'000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace oofgg
