#include "storage/kafka/kafka_producer.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "oofgg/clock.h"
#include "oofgg/log.h"

namespace oofgg::storage {
namespace {

constexpr std::size_t kReasonBytes = 512;
constexpr int kReachSliceMs = 500;
constexpr int kAdminTimeoutMs = 10'000;
constexpr int kSocketTimeoutMs = 20'000;

// What an operator may set otherwise.
constexpr std::array<std::pair<const char*, const char*>, 4> kDefaults = {{
    {"linger.ms", "5"},
    {"compression.codec", "lz4"},
    {"reconnect.backoff.max.ms", "1000"},  // Or a broker that is back is noticed tens of seconds later.
    {"log.connection.close", "false"},
}};

// What nobody may: that nothing is lost, doubled or put out of order hangs on it.
constexpr std::array<std::pair<const char*, const char*>, 5> kFixed = {{
    {"enable.idempotence", "true"},
    {"enable.gapless.guarantee", "true"},  // A message that is given up ends the producer instead.
    {"acks", "all"},
    {"message.timeout.ms", "0"},
    {"partitioner", "murmur2_random"},  // That of Kafka's own clients, so that all agree where a key is.
}};

Status Set(rd_kafka_conf_t* conf, const std::string& name, const std::string& value) {
  std::array<char, kReasonBytes> reason{};
  if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), reason.data(), reason.size()) ==
      RD_KAFKA_CONF_OK) {
    return {};
  }
  // librdkafka's words may hold the value, and that a secret.
  return MakeStatus(StatusCode::kInvalidArgument, "librdkafka does not take the property " + name);
}

Status SetAll(rd_kafka_conf_t* conf, const KafkaOptions& options) {
  for (const auto& [name, value] : kDefaults) OOFGG_RETURN_IF_ERROR(Set(conf, name, value));
  OOFGG_RETURN_IF_ERROR(Set(conf, "socket.timeout.ms", std::to_string(kSocketTimeoutMs)));
  for (const auto& [name, value] : options.properties) OOFGG_RETURN_IF_ERROR(Set(conf, name, value));
  for (const auto& [name, value] : kFixed) OOFGG_RETURN_IF_ERROR(Set(conf, name, value));
  OOFGG_RETURN_IF_ERROR(Set(conf, "client.id", options.client_id));
  return Set(conf, "bootstrap.servers", options.brokers);
}

/// Its threads say of each attempt to connect what `NoteError` says once.
void LogOfKafka(const rd_kafka_t* /*kafka*/, int level, const char* /*facility*/, const char* text) {
  constexpr int kCritical = 2;  // As syslog(3) counts.
  Log(level <= kCritical ? LogLevel::kError : LogLevel::kDebug, "kafka", text);
}

struct DeleteAdminOptions {
  void operator()(rd_kafka_AdminOptions_t* options) const { rd_kafka_AdminOptions_destroy(options); }
};
struct DeleteTopic {
  void operator()(rd_kafka_NewTopic_t* topic) const { rd_kafka_NewTopic_destroy(topic); }
};
struct DeleteQueue {
  void operator()(rd_kafka_queue_t* queue) const { rd_kafka_queue_destroy(queue); }
};
struct DeleteEvent {
  void operator()(rd_kafka_event_t* event) const { rd_kafka_event_destroy(event); }
};

/// What came of the topics; the first that is refused names itself.
Status TopicResult(rd_kafka_event_t* event) {
  if (event == nullptr) return MakeStatus(StatusCode::kUnavailable, "Kafka does not answer");
  if (const rd_kafka_resp_err_t error = rd_kafka_event_error(event); error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return MakeStatus(StatusCode::kUnavailable,
                      std::string("Kafka makes no topics: ") + rd_kafka_err2str(error));
  }
  std::size_t count = 0;
  const auto* result = rd_kafka_event_CreateTopics_result(event);
  const auto* const* topics = rd_kafka_CreateTopics_result_topics(result, &count);
  for (std::size_t i = 0; i < count; ++i) {
    const rd_kafka_resp_err_t error = rd_kafka_topic_result_error(topics[i]);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR || error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) continue;
    return MakeStatus(StatusCode::kUnavailable, std::string("Kafka makes no topic ") +
                                                    rd_kafka_topic_result_name(topics[i]) + ": " +
                                                    rd_kafka_err2str(error));
  }
  return {};
}

}  // namespace

StatusOr<std::unique_ptr<KafkaProducer>> KafkaProducer::Make(const KafkaOptions& options,
                                                             OnDelivered on_delivered) {
  std::unique_ptr<KafkaProducer> producer(new KafkaProducer(options.brokers, std::move(on_delivered)));
  OOFGG_RETURN_IF_ERROR(producer->Open(options));
  return producer;
}

Status KafkaProducer::Open(const KafkaOptions& options) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  if (Status set = SetAll(conf, options); !set.ok()) {
    rd_kafka_conf_destroy(conf);
    return set;
  }
  rd_kafka_conf_set_opaque(conf, this);
  rd_kafka_conf_set_log_cb(conf, &LogOfKafka);
  rd_kafka_conf_set_error_cb(conf, [](rd_kafka_t*, int error, const char* reason, void* self) {
    static_cast<KafkaProducer*>(self)->NoteError(error, reason);
  });
  rd_kafka_conf_set_dr_msg_cb(conf, [](rd_kafka_t*, const rd_kafka_message_t* message, void* self) {
    static_cast<KafkaProducer*>(self)->NoteDelivery(*message);
  });
  std::array<char, kReasonBytes> reason{};
  kafka_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason.data(), reason.size());
  if (kafka_ == nullptr) {
    rd_kafka_conf_destroy(conf);
    return MakeStatus(StatusCode::kInvalidArgument, std::string("librdkafka: ") + reason.data());
  }
  events_ = rd_kafka_queue_get_main(kafka_);
  return {};
}

KafkaProducer::~KafkaProducer() {
  if (kafka_ == nullptr) return;
  rd_kafka_queue_destroy(events_);
  rd_kafka_purge(kafka_, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
  rd_kafka_destroy(kafka_);
}

Status KafkaProducer::CheckReachable(std::chrono::milliseconds patience, const std::function<bool()>& stop) {
  is_away_ = true;  // Whoever asks is told; the log need not be.
  for (auto left = patience.count(); left > 0; left -= kReachSliceMs) {
    if (stop()) return MakeStatus(StatusCode::kCancelled, "told to stop");
    const rd_kafka_metadata_t* metadata = nullptr;
    const int wait = static_cast<int>((std::min)(left, decltype(left){kReachSliceMs}));
    const rd_kafka_resp_err_t error = rd_kafka_metadata(kafka_, 0, nullptr, &metadata, wait);
    rd_kafka_poll(kafka_, 0);  // For `last_error_`.
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
      rd_kafka_metadata_destroy(metadata);
      is_away_ = false;
      return {};
    }
  }
  const std::string why = last_error_.empty() ? "no answer" : last_error_;
  const char* const what = is_refused_ ? "no way into Kafka at " : "no Kafka at ";
  return MakeStatus(StatusCode::kUnavailable, what + brokers_ + ": " + why);
}

Status KafkaProducer::EnsureTopics(std::span<const std::string> topics, int partitions,
                                   const std::function<bool()>& stop) {
  constexpr int kAsTheBrokersHaveIt = -1;
  std::array<char, kReasonBytes> reason{};
  std::vector<std::unique_ptr<rd_kafka_NewTopic_t, DeleteTopic>> wanted;
  std::vector<rd_kafka_NewTopic_t*> pointers;
  for (const std::string& topic : topics) {
    wanted.emplace_back(rd_kafka_NewTopic_new(topic.c_str(),
                                              partitions == 0 ? kAsTheBrokersHaveIt : partitions,
                                              kAsTheBrokersHaveIt, reason.data(), reason.size()));
    if (wanted.back() == nullptr) return MakeStatus(StatusCode::kInvalidArgument, reason.data());
    pointers.push_back(wanted.back().get());
  }
  const std::unique_ptr<rd_kafka_AdminOptions_t, DeleteAdminOptions> options(
      rd_kafka_AdminOptions_new(kafka_, RD_KAFKA_ADMIN_OP_CREATETOPICS));
  rd_kafka_AdminOptions_set_request_timeout(options.get(), kAdminTimeoutMs, reason.data(), reason.size());
  const std::unique_ptr<rd_kafka_queue_t, DeleteQueue> answers(rd_kafka_queue_new(kafka_));
  rd_kafka_CreateTopics(kafka_, pointers.data(), pointers.size(), options.get(), answers.get());
  std::unique_ptr<rd_kafka_event_t, DeleteEvent> event;
  for (int waited = 0; event == nullptr && waited <= kAdminTimeoutMs; waited += kReachSliceMs) {
    if (stop()) return MakeStatus(StatusCode::kCancelled, "told to stop");
    event.reset(rd_kafka_queue_poll(answers.get(), kReachSliceMs));
  }
  return TopicResult(event.get());
}

bool KafkaProducer::Produce(const OutgoingMessage& message) {
  // librdkafka copies them; its interface knows no const.
  std::array<rd_kafka_vu_t, 6> values{};
  values[0].vtype = RD_KAFKA_VTYPE_TOPIC;
  values[0].u.cstr = message.topic.c_str();
  values[1].vtype = RD_KAFKA_VTYPE_KEY;
  values[1].u.mem = {const_cast<char*>(message.key.data()), message.key.size()};
  values[2].vtype = RD_KAFKA_VTYPE_VALUE;
  values[2].u.mem = {const_cast<char*>(message.value.data()), message.value.size()};
  values[3].vtype = RD_KAFKA_VTYPE_TIMESTAMP;
  values[3].u.i64 = message.at_ms;
  values[4].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
  values[4].u.i = RD_KAFKA_MSG_F_COPY;
  values[5].vtype = RD_KAFKA_VTYPE_OPAQUE;
  // A number where it takes a pointer, which it only hands back.
  // NOLINTNEXTLINE(performance-no-int-to-ptr)
  values[5].u.ptr = reinterpret_cast<void*>(static_cast<std::uintptr_t>(message.number));
  rd_kafka_error_t* error = rd_kafka_produceva(kafka_, values.data(), values.size());
  if (error == nullptr) return true;
  if (rd_kafka_error_code(error) != RD_KAFKA_RESP_ERR__QUEUE_FULL && broken_.ok()) {
    broken_ = MakeStatus(StatusCode::kUnavailable, rd_kafka_error_string(error));
  }
  rd_kafka_error_destroy(error);
  return false;
}

void KafkaProducer::Serve(std::chrono::milliseconds wait) {
  rd_kafka_poll(kafka_, static_cast<int>(wait.count()));
}

void KafkaProducer::Wake() { rd_kafka_queue_yield(events_); }

void KafkaProducer::NoteError(int error, const char* reason) {
  if (error == RD_KAFKA_RESP_ERR__FATAL) {
    std::array<char, kReasonBytes> why{};
    rd_kafka_fatal_error(kafka_, why.data(), why.size());
    broken_ = MakeStatus(StatusCode::kUnavailable, why.data());
    return;
  }
  if (error != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
    last_error_ = reason;
    is_refused_ = error == RD_KAFKA_RESP_ERR__AUTHENTICATION || error == RD_KAFKA_RESP_ERR__SSL;
  }
  if (error != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN || is_away_) return;
  is_away_ = true;
  const std::string why = last_error_.empty() ? "" : " (" + last_error_ + ")";
  Log(LogLevel::kWarning, "event_log",
      "Kafka at " + brokers_ + " cannot be reached" + why + "; records wait on disk");
}

void KafkaProducer::NoteDelivery(const rd_kafka_message_s& message) {
  const auto number = static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(message._private));
  if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    on_delivered_(number, MakeStatus(StatusCode::kUnavailable, rd_kafka_err2str(message.err)));
    return;
  }
  if (std::exchange(is_away_, false)) Log(LogLevel::kInfo, "event_log", "Kafka takes records again");
  on_delivered_(number, {});
}

}  // namespace oofgg::storage
