#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace oofgg::testing {

struct KafkaMessage {
  std::string topic;
  std::int32_t partition = 0;
  std::string key;
  std::string value;
};

/// All that the topics hold now, in the order of each partition. The test fails if they cannot be read.
[[nodiscard]] std::vector<KafkaMessage> ReadTopics(const std::string& broker,
                                                   const std::vector<std::string>& topics);

}  // namespace oofgg::testing
