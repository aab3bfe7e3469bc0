// POST /request of clients who sit already: each answer is verified with the game server.

#include <benchmark/benchmark.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "benchmarks/servers/server_under_test.h"
#include "http/curl_client.h"
#include "tests/support/redis_server.h"
#include "tests/support/tcp_peer.h"

namespace oofgg {
namespace {

/// So many that none meets the limit on a client's requests.
constexpr std::size_t kClients = 1'000;
constexpr std::size_t kConnections = 16;
constexpr std::size_t kPostsOfEach = 25;  // On a connection, in one iteration.

std::string RoomyArenaCommand() {
  const char* programs = std::getenv("OOFGG_BIN_DIR");
  return std::string(programs != nullptr ? programs : "build/release/bin") +
         "/oofgg-arena --slots 64 --grid 20 --join-timeout 1h --listen 127.0.0.1:{port} --control-listen "
         "127.0.0.1:{control_port}";
}

std::string PostOf(std::size_t client) {
  return "POST /request HTTP/1.1\r\nHost: maker\r\nAuthorization: client" +
         std::to_string(client % kClients) + "\r\nContent-Length: 0\r\n\r\n";
}

/// A connection that is kept, and the next client to ask for.
struct Asker {
  std::unique_ptr<testing::TcpPeer> link;
  std::size_t next = 0;

  /// False unless the answer was 200.
  bool Post() {
    if (!link->Send(PostOf(next++))) return false;
    const auto status = link->ReadLine();
    if (!status || !status->starts_with("HTTP/1.1 200")) return false;
    std::size_t length = 0;
    for (auto line = link->ReadLine(); line && !line->empty() && *line != "\r"; line = link->ReadLine()) {
      if (line->starts_with("Content-Length: ")) length = std::strtoul(line->c_str() + 16, nullptr, 10);
    }
    // The body is one line without an end, so it is asked for by its length.
    return link->Skip(length);
  }
};

std::size_t DescriptorsOf(pid_t process) {
  const std::filesystem::directory_iterator all("/proc/" + std::to_string(process) + "/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

/// The status of the first answer that is not "not yet".
int SeatOne(http::CurlClient& http, const ServerUnderTest& maker, std::size_t client) {
  HttpCall call{.method = "POST",
                .url = "http://" + maker.Address("http") + "/request",
                .headers = {{"Authorization", "client" + std::to_string(client)}},
                .timeout = std::chrono::seconds(40)};
  auto reply = http::Fetch(http, call);
  call.method = "GET";
  call.url += "?wait=30";
  while (reply.ok() && reply->status == 202) reply = http::Fetch(http, call);
  return reply.ok() ? reply->status : 0;
}

bool SeatAll(const ServerUnderTest& maker) {
  http::CurlClient http;
  for (std::size_t i = 0; i < kClients; ++i) {
    if (SeatOne(http, maker, i) != 200) return false;
  }
  return true;
}

void PostSeated(benchmark::State& state, std::vector<std::string> more) {
  std::vector<std::string> arguments = {
      "--authorizer", "opaque", "--process-command", RoomyArenaCommand(), "--local-proxy",
      "--fleet-max",  "20"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const ServerUnderTest maker("oofgg-maker", arguments);
  if (!maker.ok() || !SeatAll(maker)) return state.SkipWithError("the clients cannot be seated");
  std::vector<Asker> askers(kConnections);
  for (std::size_t i = 0; i < kConnections; ++i) {
    askers[i] = {std::make_unique<testing::TcpPeer>(maker.Address("http")), i * kClients / kConnections};
  }
  std::atomic<bool> failed = false;
  std::size_t posts = 0;
  std::size_t descriptors = 0;
  const double before = maker.CpuSeconds();
  for (auto _ : state) {
    std::vector<std::thread> asking;
    for (Asker& asker : askers) {
      asking.emplace_back([&] {
        for (std::size_t i = 0; i < kPostsOfEach && !failed; ++i) failed = failed || !asker.Post();
      });
    }
    for (std::thread& thread : asking) thread.join();
    if (failed) return state.SkipWithError("an answer was not 200");
    posts += kConnections * kPostsOfEach;
    if (descriptors == 0) descriptors = DescriptorsOf(maker.pid());
  }
  const double used = maker.CpuSeconds() - before;
  state.SetItemsProcessed(static_cast<std::int64_t>(posts));
  state.counters["server_cpu_us"] = used * 1e6 / static_cast<double>(posts);
  state.counters["new_descriptors"] =
      static_cast<double>(DescriptorsOf(maker.pid())) - static_cast<double>(descriptors);
}

void PostSeatedInFile(benchmark::State& state) { PostSeated(state, {}); }

void PostSeatedOnRedis(benchmark::State& state) {
  const testing::RedisServer redis({"--appendonly", "yes"});
  PostSeated(state, {"--redis", redis.url()});
}

BENCHMARK(PostSeatedInFile)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(PostSeatedOnRedis)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace oofgg
