#include "orchestration/reservation_client.h"

#include <gtest/gtest.h>

#include <deque>
#include <vector>

#include "oofgg/testing/fake_clock.h"
#include "oofgg/testing/manual_executor.h"

namespace oofgg::orchestration {
namespace {

using std::chrono::milliseconds;

/// Answers with what the test prepared, in order; remembers what it was asked.
class ScriptedHttp final : public HttpClient {
 public:
  explicit ScriptedHttp(Executor& executor) : executor_(executor) {}
  void Send(HttpCall call, OnReply on_reply) override {
    asked.push_back(call.method + " " + call.url);
    timeouts.push_back(call.timeout);
    StatusOr<HttpReply> reply = MakeStatus(StatusCode::kUnavailable, "connection refused");
    if (!answers.empty()) {
      reply = answers.front();
      answers.pop_front();
    }
    executor_.Post([on_reply = std::move(on_reply), reply]() mutable { on_reply(reply); });
  }
  void Answers(int status, std::string body = "") {
    answers.push_back(HttpReply{.status = status, .body = std::move(body)});
  }
  void Fails() { answers.push_back(MakeStatus(StatusCode::kDeadlineExceeded, "no reply")); }

  std::deque<StatusOr<HttpReply>> answers;
  std::vector<std::string> asked;
  std::vector<milliseconds> timeouts;

 private:
  Executor& executor_;
};

class ReservationClientTest : public ::testing::Test {
 protected:
  template <typename Result, typename Call>
  Result Run(Call call) {
    std::optional<Result> result;
    call([&result](Result answer) { result = std::move(answer); });
    while (!result && (executor_.RunReady() > 0 || executor_.NextTimer())) {
      if (const auto next = executor_.NextTimer(); next && !result) executor_.AdvanceBy(*next - clock_.Now());
    }
    return *std::move(result);
  }
  StatusOr<bool> Reserve(const std::string& client = "alice") {
    return Run<StatusOr<bool>>([&](auto done) { client_.Reserve("h:1", client, done); });
  }
  StatusOr<bool> IsReserved() {
    return Run<StatusOr<bool>>([&](auto done) { client_.IsReserved("h:1", "alice", done); });
  }
  StatusOr<bool> Cancel() {
    return Run<StatusOr<bool>>([&](auto done) { client_.Cancel("h:1", "alice", done); });
  }
  StatusOr<std::optional<ServerLoad>> Probe() {
    return Run<StatusOr<std::optional<ServerLoad>>>(
        [&](auto done) { client_.Probe("h:1", milliseconds(7), done); });
  }

  testing::FakeClock clock_;
  testing::ManualExecutor executor_{clock_};
  ScriptedHttp http_{executor_};
  ReservationClient client_{http_, executor_, clock_, {milliseconds(5000), milliseconds(2000), 3}};
};

TEST_F(ReservationClientTest, OnlyTwoHundredReserves) {
  for (const int status : {200, 201, 204, 302, 400, 404, 409, 500, 503}) {
    http_.asked.clear();
    http_.Answers(status);
    EXPECT_EQ(*Reserve(), status == 200) << status;
    EXPECT_EQ(http_.asked, (std::vector<std::string>{"POST http://h:1/reservation/alice"})) << status;
  }
}

TEST_F(ReservationClientTest, AFullServerIsBelievedOnlyAfterAGet) {
  http_.Answers(403);
  http_.Answers(200);
  EXPECT_TRUE(*Reserve()) << "it had a seat all along";
  http_.Answers(403);
  http_.Answers(404);
  EXPECT_FALSE(*Reserve());
  EXPECT_EQ(http_.asked[1], "GET http://h:1/reservation/alice");
}

TEST_F(ReservationClientTest, TransportErrorsAreRetriedAfterACoolDown) {
  const TimePoint start = clock_.Now();
  http_.Fails();
  http_.Fails();
  http_.Answers(200);
  EXPECT_TRUE(*Reserve());
  EXPECT_EQ(clock_.Now() - start, milliseconds(4000));
  EXPECT_EQ(http_.timeouts, std::vector<milliseconds>(3, milliseconds(5000)));
}

TEST_F(ReservationClientTest, GivesUpAfterItsTries) {
  EXPECT_EQ(Reserve().status().code(), StatusCode::kUnavailable);
  EXPECT_EQ(http_.asked.size(), 3U);
}

TEST_F(ReservationClientTest, AnswersAreNotRetried) {
  http_.Answers(500);
  EXPECT_FALSE(*Reserve());
  EXPECT_EQ(http_.asked.size(), 1U);
}

TEST_F(ReservationClientTest, CancelTellsWhetherTheSeatIsFree) {
  http_.Answers(200);
  EXPECT_TRUE(*Cancel());
  http_.Answers(404);
  http_.Answers(404);
  EXPECT_TRUE(*Cancel()) << "it held none";
  http_.Answers(405);
  http_.Answers(200);
  EXPECT_FALSE(*Cancel()) << "it knows no such call, and keeps the seat";
}

TEST_F(ReservationClientTest, LooksWithoutTouching) {
  http_.Answers(200);
  EXPECT_TRUE(*IsReserved());
  http_.Answers(404);
  EXPECT_FALSE(*IsReserved());
}

TEST_F(ReservationClientTest, ReadsTheLoadAndMistrustsIt) {
  http_.Answers(200, R"({"slots":3,"reserved":2,"players":1})");
  const auto load = Probe();
  ASSERT_TRUE(load.ok() && *load);
  EXPECT_EQ((*load)->slots, 3U);
  EXPECT_EQ((*load)->reserved, 2U);
  EXPECT_EQ((*load)->players, 1U);
  EXPECT_EQ(http_.timeouts.back(), milliseconds(7));
  for (const std::string body : {"", "OK", "[]", "{}", R"({"slots":0,"reserved":0})",
                                 R"({"slots":-1,"reserved":0})", R"({"slots":"3","reserved":0})",
                                 R"({"slots":3})", R"({"slots":99999999999,"reserved":0})", "{\"slots\":3"}) {
    http_.Answers(200, body);
    const auto nothing = Probe();
    EXPECT_TRUE(nothing.ok() && !*nothing) << body;
  }
  http_.Answers(404);
  const auto alive = Probe();
  EXPECT_TRUE(alive.ok() && !*alive) << "any answer shows that it lives";
  EXPECT_FALSE(Probe().ok());
}

TEST(EncodePathSegment, EncodesOnlyWhatMustBe) {
  EXPECT_EQ(EncodePathSegment("Bearer abc.DEF-_~!$&'()*+,;=:@"), "Bearer%20abc.DEF-_~!$&'()*+,;=:@");
  EXPECT_EQ(EncodePathSegment("a/../b?c#d%e"), "a%2F..%2Fb%3Fc%23d%25e");
  EXPECT_EQ(EncodePathSegment("\xC3\xA9\x01\""), "%C3%A9%01%22");
}

TEST_F(ReservationClientTest, RefusesIdsThatNoEncodingMakesSafe) {
  for (const std::string& id : {std::string(), std::string("."), std::string(".."), std::string(4001, 'a')}) {
    EXPECT_EQ(Reserve(id).status().code(), StatusCode::kInvalidArgument) << id;
  }
  EXPECT_TRUE(http_.asked.empty());
  http_.Answers(200);
  EXPECT_TRUE(*Reserve("../close"));
  EXPECT_EQ(http_.asked.back(), "POST http://h:1/reservation/..%2Fclose");
  http_.Answers(200);
  EXPECT_TRUE(*Reserve(std::string(4000, 'a')));
}

}  // namespace
}  // namespace oofgg::orchestration
