#include "storage/kafka/kafka_producer.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace oofgg::storage {
namespace {

// Port 1 of this machine: refused at once.
KafkaOptions ToNobody() { return {.brokers = "127.0.0.1:1", .client_id = "test", .topic_prefix = "oofgg."}; }

TEST(KafkaProducerTest, APropertyThatLibrdkafkaDoesNotKnowIsNamedWithoutItsValue) {
  KafkaOptions options = ToNobody();
  options.properties = {{"no.such.property", "secret"}};
  const auto unknown = KafkaProducer::Make(options, {});
  EXPECT_EQ(unknown.status().code(), StatusCode::kInvalidArgument);
  EXPECT_NE(std::string(unknown.status().message()).find("no.such.property"), std::string::npos);
  EXPECT_EQ(std::string(unknown.status().message()).find("secret"), std::string::npos);
}

TEST(KafkaProducerTest, MoreInFlightThanOrderAllowsIsRefused) {
  KafkaOptions options = ToNobody();
  options.properties = {{"max.in.flight.requests.per.connection", "6"}};
  const auto status = KafkaProducer::Make(options, {}).status();
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_NE(std::string(status.message()).find("max.in.flight"), std::string::npos) << status;
}

TEST(KafkaProducerTest, WhoIsToldToStopWaitsForNoTopics) {
  auto producer = KafkaProducer::Make(ToNobody(), {});
  ASSERT_TRUE(producer.ok()) << producer.status();
  const std::vector<std::string> topics = {"logs"};
  EXPECT_EQ((*producer)->EnsureTopics(topics, 1, [] { return true; }).code(), StatusCode::kCancelled);
}

TEST(KafkaProducerTest, NobodyThereIsToldWithTheAddressAndTheReason) {
  auto producer = KafkaProducer::Make(ToNobody(), {});
  ASSERT_TRUE(producer.ok()) << producer.status();
  const Status status = (*producer)->CheckReachable(std::chrono::milliseconds(1000), [] { return false; });
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_NE(std::string(status.message()).find("127.0.0.1:1"), std::string::npos) << status;
  EXPECT_NE(std::string(status.message()).find("refused"), std::string::npos) << status;
  EXPECT_EQ((*producer)->CheckReachable(std::chrono::hours(1), [] { return true; }).code(),
            StatusCode::kCancelled);
}

}  // namespace
}  // namespace oofgg::storage
