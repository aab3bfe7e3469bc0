#include "storage/kafka/kafka_options.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <string>

#include "tests/support/temporary_directory.h"

namespace oofgg::storage {
namespace {

KafkaOptions To(std::string brokers) {
  return {.brokers = std::move(brokers), .client_id = "test", .topic_prefix = "oofgg."};
}

TEST(KafkaOptionsTest, ReadsProperties) {
  const auto properties = ParseKafkaProperties(
      "# who we are\nsecurity.protocol = SASL_SSL\r\n\n  sasl.username=ann\nsasl.password=a=b #c\nlast=");
  ASSERT_TRUE(properties.ok()) << properties.status();
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"security.protocol", "SASL_SSL"}, {"sasl.username", "ann"}, {"sasl.password", "a=b #c"}, {"last", ""}};
  EXPECT_EQ(*properties, expected);
}

TEST(KafkaOptionsTest, RefusesWhatIsNoPropertyOrNotTheOperatorsWithoutQuotingSecrets) {
  for (const char* text :
       {"\nacks=1", "a=b\nenable.idempotence=false", "\nmessage.timeout.ms=5", "\nsecret"}) {
    const Status status = ParseKafkaProperties(text).status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << text;
    EXPECT_NE(std::string(status.message()).find("line 2"), std::string::npos) << status;
    EXPECT_EQ(std::string(status.message()).find("secret"), std::string::npos) << status;
  }
}

// With each of these records would be lost, wait for ever, or take more memory than we say.
TEST(KafkaOptionsTest, RefusesWhatShippingReliesOn) {
  for (const char* name : {"acks",
                           "request.required.acks",
                           "enable.idempotence",
                           "enable.gapless.guarantee",
                           "transactional.id",
                           "message.timeout.ms",
                           "delivery.timeout.ms",
                           "retries",
                           "message.send.max.retries",
                           "partitioner",
                           "queuing.strategy",
                           "delivery.report.only.error",
                           "enabled_events",
                           "log.queue",
                           "message.max.bytes",
                           "queue.buffering.max.messages",
                           "queue.buffering.max.kbytes",
                           "topic.blacklist",
                           "api.version.request",
                           "broker.version.fallback",
                           "test.mock.num.brokers",
                           "internal.termination.signal"}) {
    const Status status = ParseKafkaProperties(std::string(name) + "=1").status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << name;
    EXPECT_NE(std::string(status.message()).find(std::string(name) + " is set by this program"),
              std::string::npos)
        << status;
  }
  for (const char* theirs : {"linger.ms=50", "compression.codec=zstd", "batch.size=100000", "debug=broker",
                             "socket.timeout.ms=5000", "sasl.mechanism=PLAIN", "ssl.ca.location=/ca.pem"}) {
    EXPECT_TRUE(ParseKafkaProperties(theirs).ok()) << theirs;
  }
}

TEST(KafkaOptionsTest, AFileThatOthersCanReadIsRefused) {
  const testing::TemporaryDirectory folder;
  const std::string path = folder / "kafka.properties";
  EXPECT_EQ(ReadKafkaProperties(path).status().code(), StatusCode::kNotFound);
  std::ofstream(path) << "sasl.password=x\n";
  chmod(path.c_str(), 0644);
  EXPECT_EQ(ReadKafkaProperties(path).status().code(), StatusCode::kFailedPrecondition);
  chmod(path.c_str(), 0600);
  EXPECT_EQ(ReadKafkaProperties(path)->size(), 1u);
}

TEST(KafkaOptionsTest, OffThisMachineItNeedsTlsOrLeave) {
  EXPECT_TRUE(CheckBrokers(To("127.0.0.1:9092,localhost:9093,[::1]:9092"), false).ok());
  KafkaOptions far = To("127.0.0.1:9092,kafka.example:9092");
  EXPECT_EQ(CheckBrokers(far, false).code(), StatusCode::kFailedPrecondition);
  EXPECT_TRUE(CheckBrokers(far, true).ok());
  far.properties = {{"security.protocol", "SASL_PLAINTEXT"}};
  EXPECT_EQ(CheckBrokers(far, false).code(), StatusCode::kFailedPrecondition);
  far.properties = {{"security.protocol", "sasl_ssl"}};
  EXPECT_TRUE(CheckBrokers(far, false).ok());
  for (const char* wrong : {"", "kafka", "127.0.0.1:", "127.0.0.1:9092,,", ":9092", "127.0.0.1:0"}) {
    EXPECT_EQ(CheckBrokers(To(wrong), true).code(), StatusCode::kInvalidArgument) << wrong;
  }
}

}  // namespace
}  // namespace oofgg::storage
