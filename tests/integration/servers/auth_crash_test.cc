// Two replicas of oofgg-auth on one PostgreSQL and one Redis. Any of them is killed under load: what was
// acknowledged holds afterwards, and nobody who did nothing wrong is signed out.

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "tests/integration/servers/running_server.h"
#include "tests/support/patience.h"
#include "tests/support/postgres_server.h"
#include "tests/support/redis_server.h"
#include "tests/support/ten_times.h"

namespace oofgg::testing {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

/// What players were told, by which the servers are measured afterwards.
struct Told {
  std::vector<std::string> registered;           ///< Names.
  std::vector<std::string> signed_out;           ///< Access tokens.
  std::vector<SessionTokens> spent;              ///< Replaced by tokens that arrived.
  std::vector<std::unique_ptr<Client>> playing;  ///< Signed in at the end.
};

/// Players who register, refresh and sign out, as fast as they are answered, until it is dropped.
class Load {
 public:
  explicit Load(const RunningServer& auth) : address_(auth.address("grpc")) {
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      workers_[i] = std::thread([this, i] { Work(std::to_string(i)); });
    }
  }
  ~Load() { Stop(); }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  /// Waits until so many more players were served than now; for `kPatience` at most.
  void WaitForPlayers(int more) { EXPECT_TRUE(WaitForMore(served_, more)) << "nobody is served"; }

  /// Waits until some have begun and ended since now, be it that they met nobody.
  void WaitForTries() {
    EXPECT_TRUE(WaitForMore(tried_, static_cast<int>(2 * workers_.size()))) << "nobody gives up";
  }

  Told Stop() {
    stopping_ = true;
    for (std::thread& worker : workers_) {
      if (worker.joinable()) worker.join();
    }
    return std::move(told_);
  }

 private:
  bool WaitForMore(const int& count, int more) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&count, goal = count + more] { return count >= goal; });
  }

  void CountTry(bool served) {
    const std::lock_guard lock(mutex_);
    ++tried_;
    if (served) ++served_;
    changed_.notify_all();
  }

  void Work(const std::string& worker) {
    for (int i = 0; !stopping_; ++i) Play("w" + worker + "-" + std::to_string(i), /*stays=*/i % 2 == 0);
  }

  void Play(const std::string& name, bool stays) {
    GrpcTransportOptions transport;
    transport.endpoints.auth = address_;
    auto client = std::make_unique<Client>(MakeGrpcTransport(transport), ClientOptions{});
    const CallOptions brief{.timeout = 3s};
    const bool served =
        client->auth().Register({.username = name, .email = {}, .password = kPassword}, brief).ok();
    CountTry(served);
    if (!served) return;
    const SessionTokens first = client->tokens();
    const bool refreshed = client->auth().Refresh(brief).ok();
    const std::string access_token = client->tokens().access_token;
    const bool left = !stays && client->account().Logout({}, brief).ok();
    const std::lock_guard lock(mutex_);
    told_.registered.push_back(name);
    if (refreshed) told_.spent.push_back(first);
    if (left) told_.signed_out.push_back(access_token);
    if (stays) told_.playing.push_back(std::move(client));
  }

  const std::string address_;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
  int tried_ = 0;
  int served_ = 0;
  Told told_;
  std::array<std::thread, 4> workers_;
};

class AuthCrashTest : public ::testing::Test {
 protected:
  AuthCrashTest() {
    auth_ = Start();
    replica_ = Start();
  }

  std::unique_ptr<RunningServer> Start(std::vector<std::string> more = {}) {
    more.insert(more.end(), {"--database", database_.url(), "--redis", redis_.url()});
    return StartAuth(folder_, std::move(more));
  }

  /// Loads the first replica while `kill` kills something and `restart` brings it back, and holds what its
  /// players were told against what both replicas say then.
  void TryUnderLoad(const std::function<void()>& kill, const std::function<void()>& restart) {
    const auto watcher = SignUp("watcher", *auth_);
    Load load(*auth_);
    load.WaitForPlayers(8);
    kill();
    load.WaitForTries();
    restart();
    EXPECT_LT(TimeToComeBack(*watcher), TenTimes(2s));
    load.WaitForPlayers(8);
    const Told told = load.Stop();
    Check(told, *auth_);
    Check(told, *replica_);
    CheckSpent(told);
  }

  /// Until a call is answered that hashes nothing; for `kPatience` at most.
  static SteadyClock::duration TimeToComeBack(Client& client) {
    const auto start = SteadyClock::now();
    while (!client.account().ListSessions({}, {.timeout = 500ms}).ok() &&
           SteadyClock::now() < start + kPatience) {
    }
    return SteadyClock::now() - start;
  }

  static void Check(const Told& told, const RunningServer& server) {
    const auto anybody = ClientOf(&server);
    for (const std::string& name : told.registered) {
      const auto login =
          anybody->auth().Login({.username = name, .password = kPassword}, {.timeout = kPatience});
      EXPECT_TRUE(login.ok()) << name << ": " << login.status();
    }
    for (const std::string& token : told.signed_out) {
      const auto verdict = anybody->auth().ValidateToken({.access_token = token});
      ASSERT_TRUE(verdict.ok()) << verdict.status();
      EXPECT_FALSE(verdict->is_valid) << "was told to be signed out";
    }
    for (const auto& player : told.playing) {
      const auto refreshed = player->auth().Refresh({.timeout = kPatience});
      EXPECT_TRUE(refreshed.ok()) << "was signed out: " << refreshed.status();
    }
  }

  void CheckSpent(const Told& told) const {
    EXPECT_FALSE(told.spent.empty());
    for (const SessionTokens& tokens : told.spent) {
      const auto thief = ClientOf(replica_.get());
      thief->SetTokens(tokens);
      EXPECT_FALSE(thief->auth().Refresh().ok()) << "a refresh token was good twice";
    }
  }

  PostgresServer database_;
  RedisServer redis_;
  TemporaryDirectory folder_;
  std::unique_ptr<RunningServer> auth_;
  std::unique_ptr<RunningServer> replica_;
};

TEST_F(AuthCrashTest, WrongPasswordsAtOneReplicaAreWaitedForAtTheOther) {
  (void)SignUp("ann", *auth_);
  const auto guess_at = [](const RunningServer& server) {
    return ClientOf(&server)->auth().Login({.username = "ann", .password = "wrong password"}).status();
  };
  const auto has_to_wait = [](const Status& status) {
    return status.message().find("too many wrong passwords") != std::string_view::npos;
  };
  bool shared = false;
  // Three at the most, so that the replica has no reason of its own; more than one only if this is very slow.
  for (int round = 0; round < 3 && !shared; ++round) {
    for (int guess = 0; guess < 6 && !has_to_wait(guess_at(*auth_)); ++guess) {
    }
    shared = has_to_wait(guess_at(*replica_));
  }
  EXPECT_TRUE(shared);
}

TEST_F(AuthCrashTest, PostgresIsKilledUnderLoad) {
  TryUnderLoad([this] { database_.Kill(); }, [this] { database_.Start(); });
}

TEST_F(AuthCrashTest, RedisIsKilledUnderLoad) {
  TryUnderLoad([this] { redis_.Kill(); }, [this] { redis_.Start(); });
}

TEST_F(AuthCrashTest, TheAuthServerIsKilledUnderLoad) {
  const std::string address = auth_->address("grpc");
  TryUnderLoad([this] { auth_->Kill(); }, [&] { auth_ = Start({"--listen", address}); });
}

}  // namespace
}  // namespace oofgg::testing
