#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "base/encoding.h"
#include "oofgg/random.h"
#include "oofgg/token_bucket.h"
#include "oofgg/uuid.h"

namespace oofgg {
namespace {

void BM_NewUuidV7(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(NewUuidV7(Clock::System(), RandomSource::System()));
}
BENCHMARK(BM_NewUuidV7);

void BM_TokenBucketTake(benchmark::State& state) {
  TokenBucket bucket(Clock::System(), {1e9, 1e9});
  for (auto _ : state) benchmark::DoNotOptimize(bucket.TryTake());
}
BENCHMARK(BM_TokenBucketTake);

// More addresses than are remembered, so that each is new: what a flood costs.
void BM_KeyedTokenBucketsFlood(benchmark::State& state) {
  constexpr std::size_t kRemembered = 10'000;
  KeyedTokenBuckets buckets(Clock::System(), {1.0, 1.0}, kRemembered);
  std::vector<std::string> addresses;
  for (std::size_t i = 0; i < 2 * kRemembered; ++i) addresses.push_back("2001:db8::" + std::to_string(i));
  std::size_t next = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(buckets.TryTake(addresses[next]));
    next = (next + 1) % addresses.size();
  }
}
BENCHMARK(BM_KeyedTokenBucketsFlood);

void BM_Base64UrlDecodeToken(benchmark::State& state) {
  const std::string text = base::Base64UrlEncode(SeededRandom(1).Bytes(300));
  for (auto _ : state) benchmark::DoNotOptimize(base::Base64UrlDecode(text));
}
BENCHMARK(BM_Base64UrlDecodeToken);

}  // namespace
}  // namespace oofgg
