#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "base/event_kinds.h"
#include "base/event_log.h"
#include "oofgg/random.h"
#include "storage/jsonl/jsonl_event_log.h"
#include "storage/kafka/kafka_event_log.h"
#include "tests/support/eventually.h"
#include "tests/support/kafka_server.h"
#include "tests/support/kafka_topic.h"
#include "tests/support/temporary_directory.h"

namespace oofgg::testing {

/// An implementation of EventLog, and how one reads what it has kept.
class EventLogMaker {
 public:
  virtual ~EventLogMaker() = default;
  /// On what the former one has left, if there was one.
  virtual StatusOr<std::unique_ptr<EventLog>> Open() = 0;
  /// All records, each once by its id; those of a key in order.
  virtual std::vector<nlohmann::json> Read() = 0;
};

class JsonlLogs final : public EventLogMaker {
 public:
  StatusOr<std::unique_ptr<EventLog>> Open() override {
    OOFGG_ASSIGN_OR_RETURN(
        auto log, storage::JsonlEventLog::Open(folder_.path(), Clock::System(), RandomSource::System()));
    return log;
  }
  std::vector<nlohmann::json> Read() override {
    std::vector<nlohmann::json> records;
    std::set<std::string> seen;
    std::ifstream file(folder_ / "events.jsonl");
    for (std::string line; std::getline(file, line);) {
      auto record = nlohmann::json::parse(line);
      if (seen.insert(record.at("id")).second) records.push_back(std::move(record));
    }
    return records;
  }

 private:
  const TemporaryDirectory folder_;
};

/// Topics of its own in the program's one broker.
class KafkaLogs final : public EventLogMaker {
 public:
  StatusOr<std::unique_ptr<EventLog>> Open() override {
    storage::KafkaEventLog::Parts parts;
    parts.folder = folder_.path();
    parts.kafka = {.brokers = KafkaServer::Shared().address(), .client_id = "test", .topic_prefix = prefix_};
    parts.patience = kPatience;
    OOFGG_ASSIGN_OR_RETURN(
        auto log, storage::KafkaEventLog::Open(std::move(parts), Clock::System(), RandomSource::System()));
    return log;
  }
  std::vector<nlohmann::json> Read() override {
    {
      // What a former one may have left in its spool.
      const auto log = Open();
      EXPECT_TRUE(log.ok()) << log.status();
      const auto& spool = static_cast<const storage::KafkaEventLog&>(**log).spool();
      EXPECT_TRUE(Eventually([&] { return spool.waiting_bytes() == 0; }));
    }
    std::vector<nlohmann::json> records;
    std::set<std::string> seen;
    for (const KafkaMessage& message : ReadTopics(
             KafkaServer::Shared().address(), {prefix_ + "logs", prefix_ + "scores", prefix_ + "matches"})) {
      auto record = nlohmann::json::parse(message.value);
      EXPECT_EQ(record.at("key"), message.key);
      const EventStream stream = StreamOf(record.at("kind").get<std::string>());
      EXPECT_EQ(message.topic, prefix_ + std::string(NameOf(stream))) << message.value;
      if (seen.insert(record.at("id")).second) records.push_back(std::move(record));
    }
    return records;
  }

 private:
  const TemporaryDirectory folder_;
  const std::string prefix_ = "test" + std::to_string(RandomSource::System().Next()) + ".";
};

}  // namespace oofgg::testing
