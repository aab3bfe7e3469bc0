#include "benchmarks/calls/callers.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <thread>
#include <utility>

namespace oofgg {
namespace {

using SteadyClock = std::chrono::steady_clock;

template <typename Passed>
double Seconds(Passed passed) {
  return std::chrono::duration<double>(passed).count();
}

}  // namespace

PlayerOnline::PlayerOnline(const std::string& address, std::string id, const std::string& access_token)
    : user_id(std::move(id)), authorization("Bearer " + access_token) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // Else all would share one connection.
  const auto channel = grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
  games = ::v1::api::common::GameService::NewStub(channel);
  players = ::v1::api::common::PlayerService::NewStub(channel);
  scores = ::v1::api::common::ScoreService::NewStub(channel);
}

void CallAtOnce(std::span<PlayerOnline> players, const OneCall& call, std::size_t each, CallTimes& times) {
  std::mutex mutex;
  std::vector<std::thread> threads;
  const auto start = SteadyClock::now();
  for (PlayerOnline& player : players) {
    threads.emplace_back([&] {
      CallTimes own;
      for (std::size_t i = 0; i < each; ++i) {
        grpc::ClientContext context;
        player.SignIn(context);
        const auto begun = SteadyClock::now();
        const grpc::Status status = call(player, context);
        if (status.ok()) {
          own.microseconds.push_back(Seconds(SteadyClock::now() - begun) * 1e6);
        } else {
          own.error = status.error_message();
        }
      }
      const std::lock_guard lock(mutex);
      times.microseconds.insert(times.microseconds.end(), own.microseconds.begin(), own.microseconds.end());
      if (!own.error.empty()) times.error = own.error;
    });
  }
  for (std::thread& thread : threads) thread.join();
  times.seconds += Seconds(SteadyClock::now() - start);
}

double Percentile(std::vector<double>& times, double share) {
  if (times.empty()) return 0;
  const auto at = static_cast<std::ptrdiff_t>(share * static_cast<double>(times.size() - 1));
  std::nth_element(times.begin(), times.begin() + at, times.end());
  return times[static_cast<std::size_t>(at)];
}

}  // namespace oofgg
