#pragma once

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "oofgg/client.h"
#include "oofgg/testing/fake_clock.h"
#include "oofgg/testing/manual_executor.h"
#include "oofgg/transport.h"
#include "wire/codec.h"

namespace oofgg::testing {

/// A transport whose other end is the test: it sees each call and stream, and says what comes back.
class FakeTransport final : public Transport {
 public:
  struct Unary {
    TransportCall call;
    std::string request;
    OnReply on_reply;
    bool is_dropped = false;

    void Reply(StatusOr<std::string> reply) {
      auto taken = std::exchange(on_reply, nullptr);
      if (taken && !is_dropped) taken(std::move(reply));
    }
    template <class M>
    void Answer(const typename M::Response& response) {
      Reply(wire::EncodeResponse<M>(response));
    }
    [[nodiscard]] std::string Header(std::string_view name) const { return HeaderOf(call, name); }
  };

  struct Stream {
    TransportCall call;
    TransportStreamCallbacks callbacks;
    std::vector<std::string> written;
    bool is_half_closed = false;
    bool is_dropped = false;
    bool takes_writes = true;

    void Accept() {
      if (!is_dropped) callbacks.on_accepted();
    }
    void Say(std::string message) {
      if (!is_dropped) callbacks.on_message(std::move(message));
    }
    void Close(const Status& status) {
      if (!is_dropped) callbacks.on_closed(status);
    }
    [[nodiscard]] std::string Header(std::string_view name) const { return HeaderOf(call, name); }
  };

  std::unique_ptr<TransportHandle> StartUnary(TransportCall call, std::string request,
                                              OnReply on_reply) override {
    auto unary = std::make_shared<Unary>();
    *unary = {std::move(call), std::move(request), std::move(on_reply)};
    unaries.push_back(unary);
    return std::make_unique<UnaryHandle>(std::move(unary));
  }

  std::unique_ptr<TransportStream> StartStream(TransportCall call,
                                               TransportStreamCallbacks callbacks) override {
    auto stream = std::make_shared<Stream>();
    stream->call = std::move(call);
    stream->callbacks = std::move(callbacks);
    streams.push_back(stream);
    return std::make_unique<StreamHandle>(std::move(stream));
  }

  [[nodiscard]] Unary& last() { return *unaries.back(); }
  [[nodiscard]] Stream& last_stream() { return *streams.back(); }

  std::deque<std::shared_ptr<Unary>> unaries;
  std::deque<std::shared_ptr<Stream>> streams;

 private:
  static std::string HeaderOf(const TransportCall& call, std::string_view name) {
    for (const auto& [key, value] : call.metadata) {
      if (key == name) return value;
    }
    return {};
  }

  class UnaryHandle final : public TransportHandle {
   public:
    explicit UnaryHandle(std::shared_ptr<Unary> unary) : unary_(std::move(unary)) {}
    ~UnaryHandle() override {
      unary_->is_dropped = true;
      unary_->on_reply = nullptr;
    }

   private:
    std::shared_ptr<Unary> unary_;
  };

  class StreamHandle final : public TransportStream {
   public:
    explicit StreamHandle(std::shared_ptr<Stream> stream) : stream_(std::move(stream)) {}
    ~StreamHandle() override { stream_->is_dropped = true; }
    bool Write(std::string message) override {
      if (stream_->is_half_closed || !stream_->takes_writes) return false;
      stream_->written.push_back(std::move(message));
      return true;
    }
    void HalfClose() override { stream_->is_half_closed = true; }

   private:
    std::shared_ptr<Stream> stream_;
  };
};

/// A client over a FakeTransport in virtual time.
struct FakeSetting {
  FakeClock clock;
  SeededRandom random{1};
  ManualExecutor executor{clock};
  std::shared_ptr<FakeTransport> transport = std::make_shared<FakeTransport>();

  [[nodiscard]] ClientOptions Options() {
    ClientOptions options;
    options.callbacks = &executor;
    options.executor = &executor;
    options.clock = &clock;
    options.random = &random;
    return options;
  }
  [[nodiscard]] std::unique_ptr<Client> NewClient(ClientOptions options) {
    return std::make_unique<Client>(transport, std::move(options));
  }
  [[nodiscard]] std::unique_ptr<Client> NewClient() { return NewClient(Options()); }
  /// Signed in for the next 15 minutes.
  [[nodiscard]] std::unique_ptr<Client> NewPlayer(ClientOptions options) {
    auto client = NewClient(std::move(options));
    client->SetTokens({.user_id = "u1",
                       .access_token = "access-1",
                       .refresh_token = "refresh-1",
                       .expires_at = clock.WallNow() + std::chrono::minutes(15)});
    return client;
  }
  [[nodiscard]] std::unique_ptr<Client> NewPlayer() { return NewPlayer(Options()); }
};

inline AuthTokens TokensNumber(int number) {
  return {.user_id = {},
          .access_token = "access-" + std::to_string(number),
          .refresh_token = "refresh-" + std::to_string(number),
          .expires_in = std::chrono::minutes(15)};
}

}  // namespace oofgg::testing
