#include "rpc/call_record.h"

#include <grpcpp/client_context.h>

#include <future>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/request_scope.h"
#include "oofgg/log.h"
#include "tests/unit/rpc/rpc_fixture.h"
#include "v1/api/common/player_service.grpc.pb.h"

namespace oofgg::rpc {
namespace {

namespace player = ::v1::api::player;

/// What a server logs, in order.
class LoggedLines {
 public:
  LoggedLines() {
    SetLogSink([this](LogLevel level, std::string_view, std::string_view message) {
      const std::lock_guard lock(mutex_);
      lines_.push_back({level, std::string(message), std::string(RequestScope::CurrentId())});
    });
  }
  ~LoggedLines() { SetLogSink(nullptr); }

  struct Line {
    LogLevel level;
    std::string message;
    std::string request_id;
  };
  std::vector<Line> Take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(lines_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<Line> lines_;
};

class CallRecordTest : public RpcTest {
 protected:
  /// Empty: without an id.
  Status GetPlayer(const std::string& request_id = {}) {
    grpc::ClientContext context;
    Prepare(context);
    if (!request_id.empty()) context.AddMetadata("x-request-id", request_id);
    player::StandardResponse response;
    return FromGrpc(::v1::api::common::PlayerService::NewStub(channel_)->GetPlayer(
        &context, player::PlayerGet(), &response));
  }
  CallStats::Row Stats() {
    for (const CallStats::Row& row : host_.calls().Read()) {
      if (row.path == "/v1.api.common.PlayerService/GetPlayer") return row;
    }
    return {};
  }
  void Fail(StatusCode code) {
    players_.on_call = [code](const CallContext&) -> StatusOr<Player> { return MakeStatus(code, "no luck"); };
  }

  LoggedLines log_;
};

TEST_F(CallRecordTest, AFailureOfOursIsLoggedUnderTheIdThatTheCallerHears) {
  Fail(StatusCode::kInternal);
  Serve();
  EXPECT_EQ(RequestIdOf(GetPlayer("0b9c-Af_1.2")), "0b9c-Af_1.2");
  const auto lines = log_.Take();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].level, LogLevel::kError);
  EXPECT_EQ(lines[0].message, "/v1.api.common.PlayerService/GetPlayer failed, INTERNAL: no luck");
  EXPECT_EQ(lines[0].request_id, "0b9c-Af_1.2");
}

TEST_F(CallRecordTest, AFailureOfTheCallersIsNotLogged) {
  Fail(StatusCode::kNotFound);
  Serve();
  EXPECT_EQ(RequestIdOf(GetPlayer("r-1")), "r-1");
  EXPECT_TRUE(log_.Take().empty());
}

TEST_F(CallRecordTest, ACallWithoutAGoodIdGetsOne) {
  Fail(StatusCode::kNotFound);
  Serve();
  std::set<std::string> ids;
  for (const std::string& bad : {std::string(65, 'x'), std::string("a b"), std::string("a\"b")}) {
    ids.insert(RequestIdOf(GetPlayer(bad)));
    EXPECT_EQ(ids.count(bad), 0U);
  }
  ids.insert(RequestIdOf(GetPlayer()));
  EXPECT_EQ(ids.size(), 4U);
  EXPECT_EQ(ids.count(""), 0U);
}

TEST_F(CallRecordTest, AFloodOfFailuresIsAFewLines) {
  Fail(StatusCode::kUnavailable);
  Serve();
  for (int i = 0; i < 200; ++i) EXPECT_FALSE(GetPlayer().ok());
  const std::size_t lines = log_.Take().size();
  EXPECT_GE(lines, 20U);
  EXPECT_LT(lines, 200U);
}

TEST_F(CallRecordTest, CallsAreCountedByMethodAndCode) {
  Serve();
  ASSERT_TRUE(GetPlayer("r-1").ok());
  ASSERT_TRUE(GetPlayer("r-2").ok());
  const CallStats::Row row = Stats();
  EXPECT_EQ(row.ended[0], 2U);
  EXPECT_EQ(row.timed, 2U);
  EXPECT_GT(row.seconds, 0);
  EXPECT_EQ(row.open, 0U);
}

TEST_F(CallRecordTest, ACallThatGoesOnIsOpen) {
  players_.on_call = [this](const CallContext&) -> StatusOr<Player> {
    entered_.Open();
    gate_.Wait();
    return Player{};
  };
  Serve();
  auto call = std::async(std::launch::async, [this] { return GetPlayer(); });
  entered_.Wait();
  EXPECT_EQ(Stats().open, 1U);
  gate_.Open();
  EXPECT_TRUE(call.get().ok());
}

TEST_F(CallRecordTest, OnRequestEachCallIsLogged) {
  host_.LogCalls();
  Serve();
  ASSERT_TRUE(GetPlayer("r-1").ok());
  const auto lines = log_.Take();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].level, LogLevel::kDebug);
  EXPECT_TRUE(lines[0].message.starts_with("/v1.api.common.PlayerService/GetPlayer OK ")) << lines[0].message;
  EXPECT_EQ(lines[0].request_id, "r-1");
}

}  // namespace
}  // namespace oofgg::rpc
