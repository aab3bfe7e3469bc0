#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <set>
#include <thread>

#include "client/callback_guard.h"
#include "oofgg/client.h"
#include "oofgg/dispatcher.h"
#include "oofgg/thread_pool.h"
#include "wire/codec.h"

namespace oofgg {
namespace {

namespace methods = wire::methods;

/// Answers every call with an empty message from threads of its own, every third with kUnavailable; streams
/// say one thing and break.
class BusyTransport final : public Transport {
 public:
  std::unique_ptr<TransportHandle> StartUnary(TransportCall call, std::string, OnReply on_reply) override {
    auto state = std::make_shared<State>();
    const bool fails = calls_.fetch_add(1) % 3 == 2;
    (void)call;
    pool_.Post([state, fails, on_reply = std::move(on_reply)]() mutable {
      state->guard.Run([&] {
        if (fails) return on_reply(MakeStatus(StatusCode::kUnavailable, "busy"));
        on_reply(std::string());
      });
    });
    return std::make_unique<Handle>(std::move(state));
  }

  std::unique_ptr<TransportStream> StartStream(TransportCall, TransportStreamCallbacks callbacks) override {
    auto state = std::make_shared<State>();
    pool_.Post([state, callbacks = std::move(callbacks)]() mutable {
      state->guard.Run([&] {
        callbacks.on_message(wire::EncodeResponse<methods::Connect>({"bo", PresenceState::kOnline, 1}));
      });
      state->guard.Run([&] { callbacks.on_closed(MakeStatus(StatusCode::kUnavailable, "busy")); });
    });
    return std::make_unique<Handle>(std::move(state));
  }

 private:
  struct State {
    internal::CallbackGuard guard;
  };
  class Handle final : public TransportStream {
   public:
    explicit Handle(std::shared_ptr<State> state) : state_(std::move(state)) {}
    ~Handle() override { state_->guard.Close(); }
    bool Write(std::string) override { return true; }
    void HalfClose() override {}

   private:
    std::shared_ptr<State> state_;
  };

  std::atomic<int> calls_{0};
  ThreadPool pool_{3};
};

ClientOptions QuickRetries() {
  ClientOptions options;
  options.retry.backoff = {.initial = std::chrono::milliseconds(1), .maximum = std::chrono::milliseconds(1)};
  options.reconnect = options.retry.backoff;
  return options;
}

std::unique_ptr<Client> PlayerOn(std::shared_ptr<Transport> transport, ClientOptions options) {
  auto client = std::make_unique<Client>(std::move(transport), std::move(options));
  client->SetTokens({.user_id = "u1", .access_token = "a", .expires_at = {}});
  return client;
}

TEST(ClientThreads, BlockingCallsWorkFromManyThreads) {
  auto client = PlayerOn(std::make_shared<BusyTransport>(), QuickRetries());
  std::vector<std::thread> threads;
  std::atomic<int> succeeded = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 100; ++n) succeeded += client->matchmaking().GetTicket({"t"}).ok() ? 1 : 0;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_GT(succeeded, 350) << "only six failures in a row are an error";
}

TEST(ClientThreads, ABlockingCallNeedsNoTick) {
  Dispatcher dispatcher;
  ClientOptions options = QuickRetries();
  options.callbacks = &dispatcher;
  auto client = PlayerOn(std::make_shared<BusyTransport>(), options);
  EXPECT_TRUE(client->matchmaking().GetTicket({"t"}).ok());
}

TEST(ClientThreads, ACallbackOnTheClientsOwnThreadMayBlock) {
  auto client = PlayerOn(std::make_shared<BusyTransport>(), QuickRetries());
  std::promise<bool> outcome;
  const Call call = client->matchmaking().GetTicket({"t"}, [&](const StatusOr<Ticket>&) {
    outcome.set_value(client->matchmaking().GetTicket({"t"}).ok());
  });
  EXPECT_TRUE(outcome.get_future().get());
}

TEST(ClientThreads, ACallbackInATickMayBlock) {
  Dispatcher dispatcher;
  ClientOptions options = QuickRetries();
  options.callbacks = &dispatcher;
  auto client = PlayerOn(std::make_shared<BusyTransport>(), options);
  Status outcome = MakeStatus(StatusCode::kUnknown, "not run");
  const Call call = client->matchmaking().GetTicket(
      {"t"}, [&](const StatusOr<Ticket>&) { outcome = client->matchmaking().GetTicket({"t"}).status(); });
  while (dispatcher.Tick() == 0) std::this_thread::yield();
  EXPECT_TRUE(outcome.ok()) << outcome;
}

/// Takes calls and streams and never says anything, whatever the deadline.
class DeafTransport final : public Transport {
 public:
  std::unique_ptr<TransportHandle> StartUnary(TransportCall, std::string, OnReply) override {
    return NewStream();
  }
  std::unique_ptr<TransportStream> StartStream(TransportCall, TransportStreamCallbacks) override {
    return NewStream();
  }
  void WaitForACall() { taken_.get_future().wait(); }

 private:
  class Stream final : public TransportStream {
   public:
    bool Write(std::string) override { return true; }
    void HalfClose() override {}
  };
  std::unique_ptr<TransportStream> NewStream() {
    taken_.set_value();
    return std::make_unique<Stream>();
  }

  std::promise<void> taken_;
};

TEST(ClientThreads, DestroyingTheClientEndsBlockingCallsOnOtherThreads) {
  using Blocks = Status (*)(Client&);
  const Blocks forms[] = {
      [](Client& client) { return client.matchmaking().GetTicket({"t"}).status(); },
      [](Client& client) {
        return client.matchmaking().AwaitTicket({"t"}, {.timeout = std::chrono::hours(1)}).status();
      },
      [](Client& client) { return client.auth().Refresh().status(); }};
  for (const Blocks form : forms) {
    auto transport = std::make_shared<DeafTransport>();
    auto client = std::make_unique<Client>(transport, ClientOptions{});
    client->SetTokens({.user_id = "u1", .access_token = "a", .refresh_token = "r"});
    std::promise<Status> outcome;
    std::thread thread([&, raw = client.get()] { outcome.set_value(form(*raw)); });
    transport->WaitForACall();
    client.reset();
    EXPECT_EQ(outcome.get_future().get().code(), StatusCode::kCancelled);
    thread.join();
  }
}

TEST(ClientThreads, ABlockingCallEndsThoughNothingRunsItsTimers) {
  Dispatcher never_ticked;
  ClientOptions options;
  options.executor = &never_ticked;
  auto client = PlayerOn(std::make_shared<DeafTransport>(), options);
  const auto ticket = client->matchmaking().GetTicket({"t"}, {.timeout = std::chrono::milliseconds(1)});
  EXPECT_EQ(ticket.status().code(), StatusCode::kDeadlineExceeded);
}

TEST(ClientThreads, ACallbackOnTheClientsOwnThreadMayDestroyTheClient) {
  auto client = PlayerOn(std::make_shared<BusyTransport>(), QuickRetries());
  std::promise<void> destroyed;
  auto captured = std::make_shared<std::promise<void>>();
  auto gone = captured->get_future();
  client->matchmaking()
      .GetTicket({"t"},
                 [&, captured = std::move(captured)](const StatusOr<Ticket>&) {
                   client.reset();
                   destroyed.set_value();
                 })
      .Detach();
  destroyed.get_future().wait();
  gone.wait();  // What the callback captured goes too.
}

TEST(ClientThreads, DroppingRacesWithCompletionSafely) {
  auto client = PlayerOn(std::make_shared<BusyTransport>(), QuickRetries());
  for (int n = 0; n < 500; ++n) {
    // Freed right after the Call: a callback that still ran would be seen by the sanitizers.
    auto target = std::make_unique<int>(0);
    Call call =
        client->matchmaking().GetTicket({"t"}, [raw = target.get()](const StatusOr<Ticket>&) { ++*raw; });
    if (n % 2 == 0) std::this_thread::yield();
    call = Call();
    target.reset();
  }
}

TEST(ClientThreads, DestroyingTheClientRacesWithEverythingSafely) {
  auto transport = std::make_shared<BusyTransport>();
  for (int n = 0; n < 30; ++n) {
    auto count = std::make_unique<std::atomic<int>>(0);
    auto client = PlayerOn(transport, QuickRetries());
    PresenceWatch watch =
        client->presence().Watch({"bo"}, [raw = count.get()](const StatusOr<PresenceUpdate>&) { ++*raw; });
    for (int i = 0; i < 10; ++i) {
      client->matchmaking()
          .GetTicket({"t"}, [raw = count.get()](const StatusOr<Ticket>&) { ++*raw; })
          .Detach();
    }
    std::thread([&] { watch.SetFriends({"bo", "cy"}); }).join();
    client.reset();
    count.reset();
  }
}

}  // namespace
}  // namespace oofgg
