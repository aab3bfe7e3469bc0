// What a flood of logins does to oofgg-auth: how many get through beside what the hash alone allows on the
// same cores, and what everybody else feels of it.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "benchmarks/servers/server_under_test.h"
#include "oofgg/auth/password_hasher.h"

namespace oofgg {
namespace {

using SteadyClock = std::chrono::steady_clock;
using Microseconds = std::chrono::duration<double, std::micro>;

constexpr const char* kFloodPassword = "correct horse battery";
constexpr std::size_t kAccounts = 64;  // Each may log in ten times at once, and then every six seconds.
constexpr std::size_t kInFlight = 8;
constexpr std::chrono::milliseconds kWindow{500};

std::size_t Cores() { return std::max(1U, std::thread::hardware_concurrency()); }

std::string NameOf(std::size_t account) { return "player" + std::to_string(account % kAccounts); }

bool RegisterAll(const ServerUnderTest& auth) {
  const auto client = ClientOf(auth);
  for (std::size_t i = 0; i < kAccounts; ++i) {
    if (!client->auth().Register({.username = NameOf(i), .email = {}, .password = kFloodPassword}).ok())
      return false;
  }
  return true;
}

/// Logs in without a pause, from several clients, until dropped. Begins once each is connected.
class Flood {
 public:
  explicit Flood(const ServerUnderTest& auth) {
    for (std::size_t i = 0; i < kInFlight; ++i) {
      threads_.emplace_back([this, &auth] {
        const auto client = ClientOf(auth);
        (void)client->auth().ValidateToken({.access_token = {}});  // Connects.
        connected_.arrive_and_wait();
        while (!stop_) {
          const LoginRequest request = {.username = NameOf(next_++), .password = kFloodPassword};
          (client->auth().Login(request).ok() ? succeeded_ : refused_)++;
        }
      });
    }
    connected_.arrive_and_wait();
  }
  ~Flood() { Stop(); }
  void Stop() {
    stop_ = true;
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }
  [[nodiscard]] double succeeded() const { return static_cast<double>(succeeded_); }
  [[nodiscard]] double refused() const { return static_cast<double>(refused_); }

 private:
  std::latch connected_{kInFlight + 1};
  std::atomic<bool> stop_{false};
  std::atomic<std::size_t> next_{0};
  std::atomic<std::size_t> succeeded_{0};
  std::atomic<std::size_t> refused_{0};
  std::vector<std::thread> threads_;
};

/// Hashes a second on all cores, with nothing else to do.
double HashesPerSecond() {
  const auth::PasswordHasher hasher;
  std::atomic<std::size_t> done{0};
  const auto start = SteadyClock::now();
  const auto end = start + kWindow;
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < Cores(); ++i) {
    threads.emplace_back([&] {
      while (SteadyClock::now() < end) done += hasher.Hash(kFloodPassword).ok() ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  return static_cast<double>(done) / std::chrono::duration<double>(SteadyClock::now() - start).count();
}

void LoginsBesideTheHashAlone(benchmark::State& state) {
  const ServerUnderTest auth("oofgg-auth", {});
  if (!auth.ok() || !RegisterAll(auth)) return state.SkipWithError(auth.errors().c_str());
  double hashes = 0;
  double logins = 0;
  double refused = 0;
  double seconds = 0;
  double cpu = 0;
  for (auto _ : state) {
    hashes += HashesPerSecond();
    const double cpu_before = auth.CpuSeconds();
    const auto start = SteadyClock::now();
    Flood flood(auth);
    std::this_thread::sleep_for(kWindow);
    flood.Stop();
    seconds += std::chrono::duration<double>(SteadyClock::now() - start).count();
    logins += flood.succeeded();
    refused += flood.refused();
    cpu += auth.CpuSeconds() - cpu_before;
  }
  const double hash_rate = hashes / static_cast<double>(state.iterations());
  state.counters["hashes_per_s"] = hash_rate;
  state.counters["logins_per_s"] = logins / seconds;
  state.counters["share"] = logins / seconds / hash_rate;
  state.counters["refused"] = refused;
  state.counters["server_cores"] = cpu / seconds;
  state.counters["resident_KiB"] = auth.KilobytesOf("VmRSS");
}

/// Calls of one client, one after the other, for a while: their times.
std::vector<double> TimesOf(Client& client, const std::string& token) {
  std::vector<double> times;
  const auto end = SteadyClock::now() + kWindow;
  while (SteadyClock::now() < end) {
    const auto start = SteadyClock::now();
    if (!client.auth().ValidateToken({.access_token = token}).ok()) continue;
    times.push_back(Microseconds(SteadyClock::now() - start).count());
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return times;
}

double Percentile(std::vector<double>& times, double share) {
  if (times.empty()) return 0;
  const auto at = static_cast<std::ptrdiff_t>(share * static_cast<double>(times.size() - 1));
  std::nth_element(times.begin(), times.begin() + at, times.end());
  return times[static_cast<std::size_t>(at)];
}

void OtherCallsDuringAFlood(benchmark::State& state) {
  const ServerUnderTest auth("oofgg-auth", {});
  if (!auth.ok() || !RegisterAll(auth)) return state.SkipWithError(auth.errors().c_str());
  const auto client = ClientOf(auth);
  const auto session = client->auth().Register({.username = "ann", .email = {}, .password = kFloodPassword});
  if (!session.ok()) return state.SkipWithError("cannot register");
  std::vector<double> idle;
  std::vector<double> flooded;
  double logins = 0;
  double seconds = 0;
  for (auto _ : state) {
    const auto alone = TimesOf(*client, session->access_token);
    idle.insert(idle.end(), alone.begin(), alone.end());
    const auto start = SteadyClock::now();
    Flood flood(auth);
    const auto beside = TimesOf(*client, session->access_token);
    flood.Stop();
    logins += flood.succeeded();
    seconds += std::chrono::duration<double>(SteadyClock::now() - start).count();
    flooded.insert(flooded.end(), beside.begin(), beside.end());
  }
  state.counters["idle_p50_us"] = Percentile(idle, 0.5);
  state.counters["idle_p99_us"] = Percentile(idle, 0.99);
  state.counters["flood_p50_us"] = Percentile(flooded, 0.5);
  state.counters["flood_p99_us"] = Percentile(flooded, 0.99);
  state.counters["flood_logins_per_s"] = logins / seconds;
  state.counters["p99_ratio"] = Percentile(flooded, 0.99) / Percentile(idle, 0.99);
}

BENCHMARK(LoginsBesideTheHashAlone)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(OtherCallsDuringAFlood)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace oofgg
