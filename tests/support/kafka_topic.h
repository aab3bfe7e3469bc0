#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace oofgg::testing {

struct KafkaMessage {
  std::int32_t partition = 0;
  std::string key;
  std::string value;
};

/// All that a topic holds now, in the order of each partition. The test fails if it cannot be read.
[[nodiscard]] std::vector<KafkaMessage> ReadTopic(const std::string& broker, const std::string& topic);

}  // namespace oofgg::testing
