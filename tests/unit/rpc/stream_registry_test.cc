#include "rpc/stream_registry.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "oofgg/thread_pool.h"
#include "rpc/service_host.h"

namespace oofgg::rpc {
namespace {

class FakeStream : public StreamHost {
 public:
  void Wake() override {}
  void Finish(Status status) override {
    reason = ReasonOf(status);
    ++ends;
  }
  std::string reason;
  std::atomic<int> ends = 0;
};

std::shared_ptr<FakeStream> Opened(StreamRegistry& registry, const char* session) {
  auto stream = std::make_shared<FakeStream>();
  EXPECT_TRUE(registry.Add(stream, session).ok());
  return stream;
}

TEST(StreamRegistry, EndsTheStreamsOfOneSessionAndNoOthers) {
  StreamRegistry registry;
  const auto one = Opened(registry, "a");
  const auto two = Opened(registry, "a");
  const auto other = Opened(registry, "b");
  const auto nobodys = Opened(registry, "");
  registry.EndSession("a");
  EXPECT_EQ(one->reason, "SESSION_REVOKED");
  EXPECT_EQ(two->reason, "SESSION_REVOKED");
  registry.EndSession("");
  registry.EndSession("unknown");
  EXPECT_EQ(other->ends + nobodys->ends, 0);
}

TEST(StreamRegistry, ForgetsWhoHasGone) {
  StreamRegistry registry;
  const auto one = Opened(registry, "a");
  auto dropped = Opened(registry, "a");
  registry.Remove(one.get());
  registry.Remove(one.get());
  dropped.reset();  // Its own removal is still to come.
  registry.EndSession("a");
  EXPECT_EQ(one->ends, 0);
  EXPECT_EQ(registry.size(), 1U);
}

TEST(StreamRegistry, RefusesAStreamWhoseTokenWasCheckedJustBeforeTheEnd) {
  StreamRegistry registry;
  registry.EndSession("a");
  const Status late = registry.Add(std::make_shared<FakeStream>(), "a");
  EXPECT_EQ(late.code(), StatusCode::kUnauthenticated);
  EXPECT_EQ(ReasonOf(late), "SESSION_REVOKED");
  EXPECT_EQ(registry.size(), 0U);
  for (int i = 0; i < 1'000; ++i) registry.EndSession("flood " + std::to_string(i));
  EXPECT_FALSE(registry.Add(std::make_shared<FakeStream>(), "a").ok());
  for (int i = 0; i < 1'000; ++i) registry.EndSession("second flood " + std::to_string(i));
  EXPECT_TRUE(registry.Add(std::make_shared<FakeStream>(), "a").ok()) << "memory is bounded";
}

TEST(StreamRegistry, ADrainComesFirst) {
  StreamRegistry registry;
  registry.EndAll();
  EXPECT_EQ(ReasonOf(registry.Add(std::make_shared<FakeStream>(), "a")), "SERVER_DRAINING");
}

TEST(StreamRegistry, NoStreamOutlivesItsSessionWhateverTheOrder) {
  for (int round = 0; round < 200; ++round) {
    StreamRegistry registry;
    const auto stream = std::make_shared<FakeStream>();
    std::atomic<bool> refused = false;
    std::thread opens([&] { refused = !registry.Add(stream, "a").ok(); });
    registry.EndSession("a");
    opens.join();
    EXPECT_EQ(stream->ends + static_cast<int>(refused), 1);
  }
}

TEST(StreamRegistry, SendsAwayAStreamWhoseTokenWasCheckedJustBefore) {
  StreamRegistry registry;
  const std::uint64_t before = registry.generation();
  registry.SendAway();
  const auto stream = std::make_shared<FakeStream>();
  EXPECT_EQ(ReasonOf(registry.Add(stream, "a", before)), "RECONNECT");
  EXPECT_EQ(registry.size(), 0U);
  EXPECT_TRUE(registry.Add(stream, "a", registry.generation()).ok());
}

TEST(ServiceHost, SendsAwayAtEveryDoor) {
  ThreadPool pool(1);
  ServiceHost host(nullptr, pool, Clock::System());
  int sent_away = 0;
  for (int i = 0; i < 2; ++i) {
    host.AddDoor({.end_session = [](std::string_view) {}, .send_away = [&] { ++sent_away; }});
  }
  const auto stream = Opened(host.streams(), "a");
  host.SendAway();
  EXPECT_EQ(stream->ends, 1);
  EXPECT_EQ(sent_away, 2);
}

TEST(ServiceHost, EndsASessionAtEveryDoor) {
  ThreadPool pool(1);
  ServiceHost host(nullptr, pool, Clock::System());
  std::vector<std::string> heard;
  for (int i = 0; i < 2; ++i) {
    host.AddDoor({.end_session = [&heard](std::string_view session) { heard.emplace_back(session); },
                  .send_away = [] {}});
  }
  const auto stream = Opened(host.streams(), "a");
  host.EndSession("a");
  EXPECT_EQ(stream->ends, 1);
  EXPECT_EQ(heard, (std::vector<std::string>{"a", "a"}));
}

}  // namespace
}  // namespace oofgg::rpc
