#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "net/websocket/websocket_listener.h"
#include "oofgg/testing/fake_clock.h"
#include "oofgg/testing/manual_executor.h"
#include "oofgg/thread_pool.h"
#include "tests/support/websocket_peer.h"
#include "tests/unit/net_websocket/fake_sessions.h"

namespace oofgg::net {

using testing::WebSocketPeer;

/// Tasks run at once on threads of its own, timers when the test moves the clock.
class WorkersInTestTime final : public Executor {
 public:
  explicit WorkersInTestTime(testing::FakeClock& clock) : timers_(clock) {}
  void Post(Task task) override {
    pool_.Post([task = std::move(task)]() mutable {
      is_here_ = true;
      task();
    });
  }
  /// Whether this thread is one of them.
  [[nodiscard]] static bool IsHere() { return is_here_; }
  TimerId PostAt(TimePoint when, Task task) override { return timers_.PostAt(when, std::move(task)); }
  bool Cancel(TimerId timer) override { return timers_.Cancel(timer); }
  void AdvanceBy(Duration duration) { timers_.AdvanceBy(duration); }

 private:
  inline static thread_local bool is_here_ = false;

  testing::ManualExecutor timers_;
  ThreadPool pool_{3};
};

/// A WebSocket port on loopback over FakeSessions, its io_context run by two threads, time by the test. A
/// token is who it is for; of the login `login-of-` and that. Those that begin with `bad` are not valid.
class WebSocketTest : public ::testing::Test {
 protected:
  WebSocketTest();
  ~WebSocketTest() override;

  /// Before the first client, where the defaults do not do.
  void Listen(WebSocketOptions options);
  WebSocketListener& listener();
  [[nodiscard]] std::string address();

  /// A client whose request was answered with `status`.
  std::unique_ptr<WebSocketPeer> Ask(const std::string& target, int status, const std::string& headers = {});
  /// A WebSocket of `player`, subscribed to `session`, if it is not empty.
  std::unique_ptr<WebSocketPeer> Connect(const std::string& player, const std::string& session = "s",
                                         const std::string& more_query = {});
  /// A token that was good is no longer.
  void Revoke(const std::string& token);

  /// The listener goes, when nothing runs its sockets any more.
  void TakeDown();

  static void Eventually(std::string_view what, const std::function<bool()>& condition);

  [[nodiscard]] WorkersInTestTime& workers();
  testing::FakeClock clock_;
  FakeSessions sessions_{&WorkersInTestTime::IsHere};

 private:
  struct Network;
  std::unique_ptr<Network> network_;
};

}  // namespace oofgg::net
