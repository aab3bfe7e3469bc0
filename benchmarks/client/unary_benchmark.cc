#include <benchmark/benchmark.h>

#include <condition_variable>
#include <mutex>

#include "benchmarks/client/allocations.h"
#include "oofgg/oofgg.h"
#include "oofgg/testing/backend.h"
#include "tests/conformance/transport/grpc_echo_server.h"
#include "wire/codec.h"

namespace oofgg {
namespace {

void CountAllocations(benchmark::State& state, std::uint64_t before) {
  state.counters["allocations"] =
      benchmark::Counter(static_cast<double>(AllocationCount() - before), benchmark::Counter::kAvgIterations);
}

/// A whole call in virtual time: client, codec and facade, without a network.
void BM_UnaryOverBackend(benchmark::State& state) {
  testing::Backend backend;
  auto client = backend.NewClient();
  if (!client->auth().Register({.username = "ann", .password = "a long password"}).ok()) std::abort();
  const auto ticket = client->matchmaking().CreateTicket({.game_id = "arena"});
  const std::uint64_t before = AllocationCount();
  for (auto _ : state) {
    if (!client->matchmaking().GetTicket({ticket->id}).ok()) state.SkipWithError("GetTicket failed");
  }
  CountAllocations(state, before);
}
BENCHMARK(BM_UnaryOverBackend);

/// The client alone: a transport that answers from a thread pool at once.
class InstantTransport final : public Transport {
 public:
  std::unique_ptr<TransportHandle> StartUnary(TransportCall, std::string, OnReply on_reply) override {
    waiting_ = std::move(on_reply);
    return std::make_unique<TransportHandle>();
  }
  std::unique_ptr<TransportStream> StartStream(TransportCall, TransportStreamCallbacks) override {
    return nullptr;
  }
  bool Answer() {
    if (!waiting_) return false;
    std::exchange(waiting_, nullptr)(std::string());
    return true;
  }

 private:
  OnReply waiting_;
};

void BM_UnaryClientOnly(benchmark::State& state) {
  auto transport = std::make_shared<InstantTransport>();
  Dispatcher dispatcher;
  Client client(transport, {.callbacks = &dispatcher, .executor = &dispatcher});
  client.SetTokens({.access_token = "token"});
  const std::uint64_t before = AllocationCount();
  for (auto _ : state) {
    bool is_done = false;
    const Call call = client.matchmaking().GetTicket({"t"}, [&](const StatusOr<Ticket>&) { is_done = true; });
    transport->Answer();
    dispatcher.Tick();
    if (!is_done) state.SkipWithError("the callback did not run");
  }
  CountAllocations(state, before);
}
BENCHMARK(BM_UnaryClientOnly);

/// The grpc transport alone, a hundred bytes there and back on loopback.
void BM_UnaryOverGrpc(benchmark::State& state) {
  testing::GrpcEchoServer server;
  auto transport = MakeGrpcTransport({.endpoints = {server.address(), server.address(), server.address()}});
  std::mutex mutex;
  std::condition_variable answered;
  const std::uint64_t before = AllocationCount();
  for (auto _ : state) {
    bool is_done = false;
    const auto handle =
        transport->StartUnary({.method = "/suite.Echo/Unary", .metadata = {}, .deadline = kNever},
                              std::string(100, 'x'), [&](const StatusOr<std::string>& reply) {
                                std::lock_guard lock(mutex);
                                is_done = reply.ok();
                                answered.notify_one();
                              });
    std::unique_lock lock(mutex);
    answered.wait(lock, [&] { return is_done; });
  }
  CountAllocations(state, before);
}
BENCHMARK(BM_UnaryOverGrpc)->UseRealTime();

}  // namespace
}  // namespace oofgg
