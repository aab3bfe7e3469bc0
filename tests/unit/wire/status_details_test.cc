#include "wire/status_details.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <limits>

#include "oofgg/wire/status_details.pb.h"

namespace oofgg::wire {
namespace {

using std::chrono::milliseconds;

Status RoundTrip(const Status& status) {
  return DecodeStatus(static_cast<int>(status.code()),
                      std::string_view(status.message().data(), status.message().size()),
                      EncodeStatusDetails(status));
}

TEST(StatusDetails, EverythingComesBack) {
  Status status = WithFieldViolations(MakeStatus(StatusCode::kInvalidArgument, "not so"),
                                      {{"username", "is too short"}, {"attributes.a:b", "has no value"}});
  status = WithRetryAfter(std::move(status), milliseconds(61'234));
  status = WithRequestId(WithReason(std::move(status), "NAME_REFUSED"), "r-1");
  const Status back = RoundTrip(status);
  EXPECT_EQ(back.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(back.message(), "not so");
  EXPECT_EQ(FieldViolationsOf(back), FieldViolationsOf(status));
  EXPECT_EQ(RetryAfterOf(back), milliseconds(61'234));
  EXPECT_EQ(ReasonOf(back), "NAME_REFUSED");
  EXPECT_EQ(RequestIdOf(back), "r-1");
}

TEST(StatusDetails, NoDetailsNoTrailer) {
  EXPECT_EQ(EncodeStatusDetails(Status()), "");
  EXPECT_EQ(EncodeStatusDetails(MakeStatus(StatusCode::kNotFound, "no such game")), "");
  EXPECT_TRUE(RoundTrip(Status()).ok());
}

TEST(StatusDetails, UnderTheirPublicNames) {
  details::Status message;
  ASSERT_TRUE(message.ParseFromString(EncodeStatusDetails(
      WithReason(RetryLater(StatusCode::kUnavailable, "later", milliseconds(1'500)), "SERVER_DRAINING"))));
  EXPECT_EQ(message.code(), 14);
  EXPECT_EQ(message.message(), "later");
  ASSERT_EQ(message.details_size(), 2);
  EXPECT_EQ(message.details(0).type_url(), "type.googleapis.com/google.rpc.RetryInfo");
  EXPECT_EQ(message.details(1).type_url(), "type.googleapis.com/google.rpc.ErrorInfo");
  details::RetryInfo retry;
  ASSERT_TRUE(retry.ParseFromString(message.details(0).value()));
  EXPECT_EQ(retry.retry_delay().seconds(), 1);
  EXPECT_EQ(retry.retry_delay().nanos(), 500'000'000);
}

TEST(StatusDetails, EachCodeIsItsOwn) {
  for (int code = 1; code <= 16; ++code)
    EXPECT_EQ(static_cast<int>(DecodeStatus(code, "m", "").code()), code);
  for (const int code : {-1, 17, 404, 1'000'000}) {
    EXPECT_EQ(DecodeStatus(code, "m", "").code(), StatusCode::kUnknown) << code;
  }
}

TEST(StatusDetails, NonsenseIsLeftOutAndTheStatusStays) {
  const auto with = [](const char* type, const std::string& value) {
    details::Status message;
    auto& any = *message.add_details();
    any.set_type_url(std::string("type.googleapis.com/google.rpc.") + type);
    any.set_value(value);
    return message.SerializeAsString();
  };
  const auto delay = [&](std::int64_t whole, int nanos) {
    details::RetryInfo info;
    info.mutable_retry_delay()->set_seconds(whole);
    info.mutable_retry_delay()->set_nanos(nanos);
    return with("RetryInfo", info.SerializeAsString());
  };
  details::ErrorInfo foreign;
  foreign.set_reason("API_DISABLED");
  foreign.set_domain("googleapis.com");
  for (const std::string& hostile :
       {std::string("\xff\xff\xff"), std::string(1000, '\x0a'), with("BadRequest", "\xff"),
        with("RetryInfo", "\xff"), with("RetryInfo", ""), with("ErrorInfo", "\xff"),
        with("ErrorInfo", foreign.SerializeAsString()), with("DebugInfo", "whatever"), delay(-1, 0),
        delay(0, -1), delay(0, 1'000'000'000), delay(std::numeric_limits<std::int64_t>::max(), 0)}) {
    const Status status = DecodeStatus(3, "bad", hostile);
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
    EXPECT_EQ(status.message(), "bad");
    EXPECT_FALSE(RetryAfterOf(status).has_value());
    EXPECT_EQ(ReasonOf(status), "");
    EXPECT_TRUE(FieldViolationsOf(status).empty());
  }
}

}  // namespace
}  // namespace oofgg::wire
