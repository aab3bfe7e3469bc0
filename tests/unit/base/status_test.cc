#include "oofgg/status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace oofgg {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(StatusTest, InvalidFieldNamesTheFieldInMessageAndDetails) {
  const Status status = InvalidField("player.name", "is empty; write 1 to 32 characters");
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(std::string(status.message()), "player.name: is empty; write 1 to 32 characters");
  EXPECT_THAT(FieldViolationsOf(status),
              ElementsAre(FieldViolation{"player.name", "is empty; write 1 to 32 characters"}));
}

TEST(StatusTest, AllDetailsOfOneStatusAreKept) {
  const std::vector<FieldViolation> violations = {{"a", "12:3"}, {"", ""}, {"b\n:", "0:"}};
  Status status = WithFieldViolations(MakeStatus(StatusCode::kResourceExhausted, "no"), violations);
  status = WithRetryAfter(WithReason(status, "QUEUE_FULL"), milliseconds(1500));
  EXPECT_EQ(FieldViolationsOf(status), violations);
  EXPECT_EQ(RetryAfterOf(status), milliseconds(1500));
  EXPECT_EQ(ReasonOf(status), "QUEUE_FULL");
}

TEST(StatusTest, WithoutDetailsThereAreNone) {
  for (const Status& status : {absl::OkStatus(), MakeStatus(StatusCode::kInternal, "broken")}) {
    EXPECT_THAT(FieldViolationsOf(status), IsEmpty());
    EXPECT_EQ(RetryAfterOf(status), std::nullopt);
    EXPECT_EQ(ReasonOf(status), "");
  }
}

TEST(StatusTest, AnOkStatusTakesNoDetails) {
  EXPECT_EQ(ReasonOf(WithReason(absl::OkStatus(), "FINE")), "");
  EXPECT_TRUE(WithRetryAfter(absl::OkStatus(), milliseconds(1)).ok());
}

TEST(StatusTest, AnnotateKeepsCodeAndDetails) {
  const Status status = Annotate(
      WithReason(RetryLater(StatusCode::kUnavailable, "busy", milliseconds(20)), "BUSY"), "saving score 7");
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_EQ(std::string(status.message()), "saving score 7: busy");
  EXPECT_EQ(RetryAfterOf(status), milliseconds(20));
  EXPECT_EQ(ReasonOf(status), "BUSY");
  EXPECT_TRUE(Annotate(absl::OkStatus(), "anything").ok());
}

StatusOr<int> Half(int number) {
  if (number % 2 != 0) return InvalidField("number", "is odd; give an even one");
  return number / 2;
}

Status CheckQuarter(int number, int& quarter) {
  OOFGG_ASSIGN_OR_RETURN(const int half, Half(number));
  OOFGG_ASSIGN_OR_RETURN(quarter, Half(half));
  OOFGG_RETURN_IF_ERROR(absl::OkStatus());
  return absl::OkStatus();
}

TEST(StatusTest, MacrosReturnTheFirstError) {
  int quarter = 0;
  EXPECT_TRUE(CheckQuarter(12, quarter).ok());
  EXPECT_EQ(quarter, 3);
  EXPECT_EQ(CheckQuarter(6, quarter).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(quarter, 3);
}

}  // namespace
}  // namespace oofgg
