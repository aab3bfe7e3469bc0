#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "oofgg/status.h"

namespace oofgg::storage {

/// Which Kafka, and as whom.
struct KafkaOptions {
  std::string brokers;       ///< `HOST:PORT,…`: any of the cluster's; the others are learnt from them.
  std::string client_id;     ///< How brokers call us in their logs and quotas.
  std::string topic_prefix;  ///< Before `logs`, `scores` and `matches`.
  int partitions = 6;        ///< Of topics that are not there yet; 0: the brokers' default.
  std::vector<std::pair<std::string, std::string>> properties{};  ///< librdkafka's, such as `sasl.username`.
};

/// Reads `name=value` lines; blank ones and those that begin with `#` say nothing. kInvalidArgument: a line
/// that is none, or a property that is not the operator's to set, since losing nothing hangs on it.
[[nodiscard]] StatusOr<std::vector<std::pair<std::string, std::string>>> ParseKafkaProperties(
    std::string_view text);

/// The same of a file, which may hold secrets. kFailedPrecondition: others can read it. kNotFound.
[[nodiscard]] StatusOr<std::vector<std::pair<std::string, std::string>>> ReadKafkaProperties(
    const std::string& path);

/// kInvalidArgument: not `HOST:PORT,…`. kFailedPrecondition: one is not on this machine, and the properties
/// have no TLS.
[[nodiscard]] Status CheckBrokers(const KafkaOptions& options, bool insecure);

}  // namespace oofgg::storage
