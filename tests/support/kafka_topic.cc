#include "tests/support/kafka_topic.h"

#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>

#include <array>
#include <chrono>
#include <memory>

#include "tests/support/patience.h"

namespace oofgg::testing {
namespace {

struct DeleteConsumer {
  void operator()(rd_kafka_t* kafka) const {
    rd_kafka_consumer_close(kafka);
    rd_kafka_destroy(kafka);
  }
};
struct DeletePartitions {
  void operator()(rd_kafka_topic_partition_list_t* list) const {
    rd_kafka_topic_partition_list_destroy(list);
  }
};
struct DeleteMessage {
  void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
};
using Consumer = std::unique_ptr<rd_kafka_t, DeleteConsumer>;

constexpr int kPatienceMs = static_cast<int>(std::chrono::milliseconds(kPatience).count());

Consumer MakeConsumer(const std::string& broker) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  std::array<char, 256> reason{};
  const auto set = [&](const char* name, const char* value) {
    EXPECT_EQ(rd_kafka_conf_set(conf, name, value, reason.data(), reason.size()), RD_KAFKA_CONF_OK)
        << reason.data();
  };
  set("bootstrap.servers", broker.c_str());
  set("group.id", "test");
  set("enable.auto.commit", "false");
  set("enable.partition.eof", "true");
  Consumer consumer(rd_kafka_new(RD_KAFKA_CONSUMER, conf, reason.data(), reason.size()));
  EXPECT_NE(consumer, nullptr) << reason.data();
  rd_kafka_poll_set_consumer(consumer.get());
  return consumer;
}

int PartitionsOf(rd_kafka_t* consumer, const std::string& topic) {
  rd_kafka_topic_t* const handle = rd_kafka_topic_new(consumer, topic.c_str(), nullptr);
  const rd_kafka_metadata_t* metadata = nullptr;
  const rd_kafka_resp_err_t error = rd_kafka_metadata(consumer, 0, handle, &metadata, kPatienceMs);
  rd_kafka_topic_destroy(handle);
  EXPECT_EQ(error, RD_KAFKA_RESP_ERR_NO_ERROR) << rd_kafka_err2str(error);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return 0;
  const int partitions = metadata->topics[0].partition_cnt;
  rd_kafka_metadata_destroy(metadata);
  EXPECT_GT(partitions, 0) << topic;
  return partitions;
}

/// How many partitions it begins to read.
int Assign(rd_kafka_t* consumer, const std::vector<std::string>& topics) {
  const std::unique_ptr<rd_kafka_topic_partition_list_t, DeletePartitions> list(
      rd_kafka_topic_partition_list_new(0));
  for (const std::string& topic : topics) {
    const int partitions = PartitionsOf(consumer, topic);
    for (int i = 0; i < partitions; ++i) {
      rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), i)->offset = RD_KAFKA_OFFSET_BEGINNING;
    }
  }
  EXPECT_EQ(rd_kafka_assign(consumer, list.get()), RD_KAFKA_RESP_ERR_NO_ERROR);
  return list->cnt;
}

}  // namespace

std::vector<KafkaMessage> ReadTopics(const std::string& broker, const std::vector<std::string>& topics) {
  const Consumer consumer = MakeConsumer(broker);
  int unread = Assign(consumer.get(), topics);
  std::vector<KafkaMessage> messages;
  while (unread > 0) {
    const std::unique_ptr<rd_kafka_message_t, DeleteMessage> message(
        rd_kafka_consumer_poll(consumer.get(), kPatienceMs));
    if (message == nullptr) {
      ADD_FAILURE() << "the topics cannot be read to their end";
      break;
    }
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) --unread;
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    messages.push_back({.topic = rd_kafka_topic_name(message->rkt),
                        .partition = message->partition,
                        .key = std::string(static_cast<const char*>(message->key), message->key_len),
                        .value = std::string(static_cast<const char*>(message->payload), message->len)});
  }
  return messages;
}

}  // namespace oofgg::testing
