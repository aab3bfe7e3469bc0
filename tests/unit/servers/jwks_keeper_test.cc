#include "servers/common/jwks_keeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <fstream>

#include "oofgg/auth/jwks.h"
#include "oofgg/testing/fake_clock.h"
#include "oofgg/testing/manual_executor.h"
#include "oofgg/thread_pool.h"
#include "tests/support/child_process.h"
#include "tests/support/temporary_directory.h"

namespace oofgg::servers {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;

std::string KeySet() { return auth::Jwks::Of({auth::SigningKey::Generate()->verifying_key()})->ToJson(); }

/// Gives the prepared answers in turn, on a thread of its own; the last one over and over.
class FakeHttp final : public HttpClient {
 public:
  explicit FakeHttp(std::deque<StatusOr<HttpReply>> answers) : answers_(std::move(answers)) {}

  void Send(HttpCall call, OnReply on_reply) override {
    const std::lock_guard lock(mutex_);
    urls_.push_back(call.url);
    headers_.push_back(call.headers);
    auto answer = answers_.front();
    if (answers_.size() > 1) answers_.pop_front();
    thread_.Post([this, answer = std::move(answer), to = std::move(on_reply)]() mutable {
      to(std::move(answer));
      const std::lock_guard answered_lock(mutex_);
      ++answered_;
      changed_.notify_all();
    });
  }

  void WaitForAnswers(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return answered_ >= count; });
  }

  std::vector<HttpHeaders> headers() {
    const std::lock_guard lock(mutex_);
    return headers_;
  }

  std::vector<std::string> urls() {
    const std::lock_guard lock(mutex_);
    return urls_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<StatusOr<HttpReply>> answers_;
  std::vector<std::string> urls_;
  std::vector<HttpHeaders> headers_;
  int answered_ = 0;
  ThreadPool thread_{1};
};

StatusOr<HttpReply> Ok(std::string body) {
  return HttpReply{.status = 200, .headers = {}, .body = std::move(body)};
}
StatusOr<HttpReply> OkFor(std::string max_age, std::string body) {
  return HttpReply{.status = 200,
                   .headers = {{"cache-control", "public, max-age=" + std::move(max_age)}, {"etag", "\"e\""}},
                   .body = std::move(body)};
}
StatusOr<HttpReply> Away() { return MakeStatus(StatusCode::kUnavailable, "nobody there"); }

class JwksKeeperTest : public ::testing::Test {
 protected:
  StatusOr<std::unique_ptr<JwksKeeper>> Start(const std::string& source, HttpClient& http,
                                              std::chrono::milliseconds patience = seconds(0),
                                              bool insecure = false) {
    return JwksKeeper::Start(source, verifier_, http, executor_,
                             {.patience = patience,
                              .refresh_interval = seconds(60),
                              .insecure = insecure,
                              .clock = &clock_,
                              .random = &random_});
  }
  void ComeToTheNextTimer() { executor_.AdvanceBy(executor_.NextTimer().value() - clock_.Now()); }
  std::string KeysNow() const { return verifier_.keys()->ToJson(); }

  SeededRandom random_{1};
  testing::FakeClock clock_;
  testing::ManualExecutor executor_{clock_};
  auth::TokenVerifier verifier_{clock_};
};

constexpr const char* kUrl = "http://127.0.0.1:9101/.well-known/jwks.json";

TEST_F(JwksKeeperTest, FetchesBeforeItReturnsAndAgainEachInterval) {
  const std::string first = KeySet();
  const std::string second = KeySet();
  FakeHttp http({Ok(first), Ok(second)});
  const auto keeper = Start(kUrl, http);
  ASSERT_TRUE(keeper.ok()) << keeper.status();
  EXPECT_EQ(KeysNow(), first);
  executor_.AdvanceBy(seconds(59));
  EXPECT_EQ(http.urls().size(), 1U);
  executor_.AdvanceBy(seconds(1));
  http.WaitForAnswers(2);
  EXPECT_EQ(KeysNow(), second);
  EXPECT_EQ(http.urls(), (std::vector<std::string>{kUrl, kUrl}));
}

TEST_F(JwksKeeperTest, ComesAgainWhenTheReplyIsTooOldWithinBounds) {
  const std::tuple<const char*, seconds> cases[] = {
      {"30", seconds(30)}, {"0", seconds(10)}, {"86400", seconds(300)}, {"nonsense", seconds(60)}};
  for (const auto& [max_age, interval] : cases) {
    FakeHttp http({OkFor(max_age, KeySet())});
    const auto keeper = Start(kUrl, http);
    ASSERT_TRUE(keeper.ok()) << keeper.status();
    executor_.AdvanceBy(interval - seconds(1));
    EXPECT_EQ(http.urls().size(), 1U) << max_age;
    executor_.AdvanceBy(seconds(1));
    http.WaitForAnswers(2);
    EXPECT_EQ(http.urls().size(), 2U) << max_age;
  }
}

TEST_F(JwksKeeperTest, DoesNotHaveTheSameSetSentTwice) {
  const std::string first = KeySet();
  FakeHttp http({OkFor("60", first), HttpReply{.status = 304, .headers = {{"etag", "\"e\""}}, .body = {}}});
  const auto keeper = Start(kUrl, http);
  ASSERT_TRUE(keeper.ok()) << keeper.status();
  executor_.AdvanceBy(seconds(60));
  http.WaitForAnswers(2);
  EXPECT_EQ(KeysNow(), first);
  EXPECT_EQ(http.headers()[0], HttpHeaders{});
  EXPECT_EQ(http.headers()[1], (HttpHeaders{{"If-None-Match", "\"e\""}}));
}

TEST_F(JwksKeeperTest, AnUnknownKeyHasItLookOnceForAllAndNotTooOften) {
  FakeHttp http({OkFor("300", KeySet())});
  const auto keeper = Start(kUrl, http);
  ASSERT_TRUE(keeper.ok()) << keeper.status();
  executor_.AdvanceBy(seconds(20));
  for (int i = 0; i < 1000; ++i) (*keeper)->RefreshSoon();
  executor_.AdvanceBy(seconds(0));
  http.WaitForAnswers(2);
  EXPECT_EQ(http.urls().size(), 2U);
  for (int i = 0; i < 1000; ++i) (*keeper)->RefreshSoon();
  executor_.AdvanceBy(seconds(4));
  EXPECT_EQ(http.urls().size(), 2U) << "a flood of nonsense must not become a flood of fetches";
  executor_.AdvanceBy(seconds(1));
  http.WaitForAnswers(3);
  EXPECT_EQ(http.urls().size(), 3U) << "who asked too soon is not forgotten";
}

TEST_F(JwksKeeperTest, WaitsLongerEachTimeTheServerIsAway) {
  FakeHttp http({OkFor("10", KeySet()), Away()});
  const auto keeper = Start(kUrl, http);
  ASSERT_TRUE(keeper.ok()) << keeper.status();
  executor_.AdvanceBy(seconds(10));
  int answers = 2;
  http.WaitForAnswers(answers);
  for (int i = 0; i < 600; ++i) {
    executor_.AdvanceBy(seconds(1));
    while (static_cast<int>(http.urls().size()) > answers) http.WaitForAnswers(++answers);
  }
  EXPECT_GT(answers, 10);
  EXPECT_LT(answers, 100) << "ten minutes at one a second would be 600";
}

TEST_F(JwksKeeperTest, ASetWithoutAKeyForUsIsNoSet) {
  const std::string first = KeySet();
  FakeHttp http({OkFor("10", first), OkFor("10", R"({"keys":[]})")});
  const auto keeper = Start(kUrl, http);
  ASSERT_TRUE(keeper.ok()) << keeper.status();
  executor_.AdvanceBy(seconds(10));
  http.WaitForAnswers(2);
  EXPECT_EQ(KeysNow(), first);
}

TEST_F(JwksKeeperTest, KeepsTheLastKeysWhileTheServerIsAwayOrOutOfItsMind) {
  const std::string first = KeySet();
  const std::string last = KeySet();
  FakeHttp http(
      {Ok(first), Away(), Ok("<html>"), HttpReply{.status = 500, .headers = {}, .body = last}, Ok(last)});
  const auto keeper = Start(kUrl, http);
  ASSERT_TRUE(keeper.ok()) << keeper.status();
  executor_.AdvanceBy(seconds(60));
  http.WaitForAnswers(2);
  for (int answers = 3; answers <= 4; ++answers) {
    EXPECT_EQ(KeysNow(), first);
    ComeToTheNextTimer();
    http.WaitForAnswers(answers);
  }
  EXPECT_EQ(KeysNow(), first);
  ComeToTheNextTimer();
  http.WaitForAnswers(5);
  EXPECT_EQ(KeysNow(), last);
}

TEST_F(JwksKeeperTest, TriesAgainWhileTheAuthServerStarts) {
  const std::string keys = KeySet();
  FakeHttp http({Away(), HttpReply{.status = 503, .headers = {}, .body = {}}, Ok(keys)});
  const auto keeper = Start(kUrl, http, seconds(60));
  ASSERT_TRUE(keeper.ok()) << keeper.status();
  EXPECT_EQ(KeysNow(), keys);
}

TEST_F(JwksKeeperTest, SaysWhyThereAreNoKeys) {
  const std::pair<StatusOr<HttpReply>, const char*> bad[] = {
      {Away(), "nobody there"},
      {HttpReply{.status = 404, .headers = {}, .body = {}}, "answered 404"},
      {Ok("[]"), "--jwks"}};
  for (const auto& [answer, said] : bad) {
    FakeHttp http({answer});
    const auto keeper = Start(kUrl, http);
    ASSERT_FALSE(keeper.ok());
    EXPECT_THAT(std::string(keeper.status().message()), HasSubstr(std::string("--jwks ") + kUrl));
    EXPECT_THAT(std::string(keeper.status().message()), HasSubstr(said));
  }
}

/// Never answers.
class SilentHttp : public HttpClient {
 public:
  void Send(HttpCall, OnReply on_reply) override { owed_.push_back(std::move(on_reply)); }

 private:
  std::vector<OnReply> owed_;
};

TEST_F(JwksKeeperTest, StopsWaitingWhenToldTo) {
  FakeHttp away({Away()});
  SilentHttp silent;
  for (HttpClient* http : {static_cast<HttpClient*>(&away), static_cast<HttpClient*>(&silent)}) {
    int asked = 0;
    const auto keeper = JwksKeeper::Start(
        kUrl, verifier_, *http, executor_,
        {.patience = std::chrono::hours(1), .stop = [&asked] { return ++asked >= 2; }, .clock = &clock_});
    EXPECT_FALSE(keeper.ok());
  }
}

TEST_F(JwksKeeperTest, ReadsAFileAgainAndAgain) {
  const testing::TemporaryDirectory folder;
  const std::string path = folder.path() + "/keys.json";
  FakeHttp http({Away()});
  EXPECT_EQ(Start(path, http).status().code(), StatusCode::kNotFound);
  const std::string first = KeySet();
  std::ofstream(path) << first;
  const auto keeper = Start(path, http);
  ASSERT_TRUE(keeper.ok()) << keeper.status();
  EXPECT_EQ(KeysNow(), first);
  const std::string second = KeySet();
  std::ofstream(path) << second;
  executor_.AdvanceBy(seconds(60));
  EXPECT_EQ(KeysNow(), second);
  EXPECT_TRUE(http.urls().empty());
}

TEST_F(JwksKeeperTest, SaysWhenAKeyHasLeftTheSetAndNotWhenOneIsAdded) {
  const testing::TemporaryDirectory folder;
  const std::string path = folder.path() + "/keys.json";
  const auto write = [&](std::vector<auth::VerifyingKey> keys) {
    std::ofstream(path) << auth::Jwks::Of(std::move(keys))->ToJson();
  };
  const auth::VerifyingKey first = auth::SigningKey::Generate()->verifying_key();
  const auth::VerifyingKey second = auth::SigningKey::Generate()->verifying_key();
  write({first});
  FakeHttp http({Away()});
  bool trusted = true;
  int gone = 0;
  const auto keeper = JwksKeeper::Start(path, verifier_, http, executor_,
                                        {.on_key_gone =
                                             [&] {
                                               trusted = verifier_.keys()->Find(first.kid()) != nullptr;
                                               ++gone;
                                             },
                                         .clock = &clock_});
  ASSERT_TRUE(keeper.ok()) << keeper.status();
  write({first, second});
  executor_.AdvanceBy(seconds(60));
  EXPECT_EQ(gone, 0);
  write({second});
  executor_.AdvanceBy(seconds(120));
  EXPECT_EQ(gone, 1);
  EXPECT_FALSE(trusted) << "who comes back at once must not be let in by it again";
}

TEST_F(JwksKeeperTest, TakesPlainHttpFromThisMachineOnly) {
  const std::string keys = KeySet();
  FakeHttp http({Ok(keys)});
  for (const char* source : {"http://127.0.0.1:1/k", "http://localhost/k", "http://[::1]:1/k",
                             "http://[::1]/k", "https://auth.example/k"}) {
    EXPECT_TRUE(Start(source, http).ok()) << source;
  }
  for (const char* source : {"http://auth.example/k", "http://192.0.2.1:9101/k", "http://127.example/k",
                             "http://127.0.0.1:80@auth.example/k", "http://127.0.0.1@auth.example/k",
                             "http://auth.example?127.0.0.1", "http://"}) {
    EXPECT_EQ(Start(source, http).status().code(), StatusCode::kInvalidArgument) << source;
  }
  EXPECT_TRUE(Start("http://auth.example/k", http, seconds(0), /*insecure=*/true).ok());
}

TEST_F(JwksKeeperTest, AnAnswerThatComesTooLateChangesNothing) {
  const std::string first = KeySet();
  FakeHttp http({Ok(first), Ok(KeySet())});
  {
    const auto keeper = Start(kUrl, http);
    ASSERT_TRUE(keeper.ok()) << keeper.status();
  }
  executor_.AdvanceBy(seconds(600));
  EXPECT_EQ(http.urls().size(), 1U);
  EXPECT_EQ(KeysNow(), first);
  EXPECT_EQ(executor_.NextTimer(), std::nullopt);
}

}  // namespace
}  // namespace oofgg::servers
