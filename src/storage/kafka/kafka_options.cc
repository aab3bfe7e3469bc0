#include "storage/kafka/kafka_options.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <iterator>

#include "base/private_mode.h"
#include "oofgg/parse.h"

namespace oofgg::storage {
namespace {

constexpr std::array<std::string_view, 25> kNotTheirs = {
    // Nothing lost, doubled, or out of order.
    "acks", "request.required.acks", "enable.idempotence", "enable.gapless.guarantee", "transactional.id",
    "message.timeout.ms", "delivery.timeout.ms", "message.send.max.retries", "retries", "partitioner",
    "queuing.strategy", "api.version.request", "broker.version.fallback", "test.mock.num.brokers",
    // That we hear of what was delivered, and nothing piles up unheard.
    "delivery.report.only.error", "enabled_events", "log.queue",
    // That each record finds room, and no more memory is taken than we say.
    "message.max.bytes", "queue.buffering.max.messages", "queue.buffering.max.kbytes", "topic.blacklist",
    // Flags of ours, and what would end this program.
    "bootstrap.servers", "metadata.broker.list", "client.id", "internal.termination.signal"};

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

bool HasTls(const KafkaOptions& options) {
  return std::any_of(options.properties.begin(), options.properties.end(), [](const auto& property) {
    std::string value = property.second;
    std::transform(value.begin(), value.end(), value.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::toupper(letter)); });
    return property.first == "security.protocol" && (value == "SSL" || value == "SASL_SSL");
  });
}

}  // namespace

StatusOr<std::vector<std::pair<std::string, std::string>>> ParseKafkaProperties(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> properties;
  for (int number = 1; !text.empty(); ++number) {
    const std::string_view line = Trim(text.substr(0, text.find('\n')));
    text.remove_prefix(text.find('\n') == text.npos ? text.size() : text.find('\n') + 1);
    if (line.empty() || line.starts_with('#')) continue;
    const std::size_t equals = line.find('=');
    const std::string name(Trim(line.substr(0, equals)));
    // Its text is not quoted: it may be a secret.
    if (equals == std::string_view::npos || name.empty()) {
      return MakeStatus(StatusCode::kInvalidArgument,
                        "line " + std::to_string(number) + " is not NAME=VALUE");
    }
    if (std::find(kNotTheirs.begin(), kNotTheirs.end(), name) != kNotTheirs.end()) {
      return MakeStatus(StatusCode::kInvalidArgument,
                        "line " + std::to_string(number) + ": " + name +
                            " is set by this program, as nothing may be lost; leave it out");
    }
    properties.emplace_back(name, Trim(line.substr(equals + 1)));
  }
  return properties;
}

StatusOr<std::vector<std::pair<std::string, std::string>>> ReadKafkaProperties(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return MakeStatus(StatusCode::kNotFound, "cannot read " + path);
  OOFGG_RETURN_IF_ERROR(base::CheckPrivateMode(path, info.st_mode));
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file.is_open() || file.bad()) return MakeStatus(StatusCode::kNotFound, "cannot read " + path);
  auto properties = ParseKafkaProperties(text);
  if (!properties.ok()) return Annotate(properties.status(), path);
  return properties;
}

Status CheckBrokers(const KafkaOptions& options, bool insecure) {
  std::string_view rest = options.brokers;
  do {
    const std::string broker(rest.substr(0, rest.find(',')));
    rest.remove_prefix((std::min)(rest.size(), broker.size() + 1));
    OOFGG_ASSIGN_OR_RETURN(const HostPort address, ParseHostPort(broker));
    if (address.host.empty() || address.port == 0) {
      return MakeStatus(StatusCode::kInvalidArgument, "'" + broker + "' is not HOST:PORT");
    }
    if (IsLoopback(address.host) || insecure || HasTls(options)) continue;
    return MakeStatus(
        StatusCode::kFailedPrecondition,
        broker + " is on another machine, and records would go there without TLS; put " +
            "security.protocol=SSL or SASL_SSL into --kafka-config, or allow it with --insecure");
  } while (!rest.empty());
  return {};
}

}  // namespace oofgg::storage
