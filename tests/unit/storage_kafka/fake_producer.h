#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "storage/kafka/message_producer.h"

namespace oofgg::storage {

/// A Kafka that remembers, and does as it is told. Threads: safe.
class FakeKafka {
 public:
  struct Message {
    std::string topic;
    std::string key;
    std::string value;
  };

  /// Does not answer until `Return`.
  void Leave() {
    Set([this] { is_away_ = true; });
  }
  void Return() {
    Set([this] { is_away_ = false; });
  }
  /// The producers there are break, what they hold undelivered; half of it may be in the log all the same.
  void Break() {
    Set([this] { ++broken_; });
  }

  [[nodiscard]] std::vector<Message> log() const {
    const std::lock_guard lock(mutex_);
    return log_;
  }
  [[nodiscard]] std::size_t most_held() const {
    const std::lock_guard lock(mutex_);
    return most_held_;
  }
  [[nodiscard]] int made() const {
    const std::lock_guard lock(mutex_);
    return made_;
  }

  ProducerFactory factory() {
    return [this](MessageProducer::OnDelivered on_delivered,
                  const std::function<bool()>& /*stop*/) -> StatusOr<std::unique_ptr<MessageProducer>> {
      return std::make_unique<Producer>(*this, std::move(on_delivered));
    };
  }

 private:
  class Producer final : public MessageProducer {
   public:
    Producer(FakeKafka& kafka, OnDelivered on_delivered)
        : kafka_(kafka), on_delivered_(std::move(on_delivered)) {
      const std::lock_guard lock(kafka_.mutex_);
      ++kafka_.made_;
      broken_before_ = kafka_.broken_;
    }
    bool Produce(const OutgoingMessage& message) override {
      const std::lock_guard lock(kafka_.mutex_);
      held_.push_back({message.number, {message.topic, message.key, message.value}});
      kafka_.most_held_ = (std::max)(kafka_.most_held_, held_.size());
      return true;
    }
    void Serve(std::chrono::milliseconds wait) override {
      std::vector<std::uint64_t> delivered;
      {
        std::unique_lock lock(kafka_.mutex_);
        kafka_.changed_.wait_for(
            lock, wait, [this] { return woken_ || IsBroken() || (!kafka_.is_away_ && !held_.empty()); });
        woken_ = false;
        const std::size_t taken = IsBroken() ? held_.size() / 2 : kafka_.is_away_ ? 0 : held_.size();
        for (std::size_t i = 0; i < taken; ++i) {
          kafka_.log_.push_back(std::move(held_.front().second));
          delivered.push_back(held_.front().first);
          held_.pop_front();
        }
        if (IsBroken()) delivered.clear();  // Its answers were lost.
      }
      for (const std::uint64_t number : delivered) on_delivered_(number, {});
    }
    void Wake() override {
      const std::lock_guard lock(kafka_.mutex_);
      woken_ = true;
      kafka_.changed_.notify_all();
    }
    Status CheckAlive() const override {
      const std::lock_guard lock(kafka_.mutex_);
      return IsBroken() ? MakeStatus(StatusCode::kUnavailable, "fatal") : Status();
    }

   private:
    bool IsBroken() const { return kafka_.broken_ != broken_before_; }
    FakeKafka& kafka_;
    const OnDelivered on_delivered_;
    int broken_before_ = 0;
    bool woken_ = false;
    std::deque<std::pair<std::uint64_t, Message>> held_;
  };

  template <typename Change>
  void Set(Change change) {
    const std::lock_guard lock(mutex_);
    change();
    changed_.notify_all();
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool is_away_ = false;
  int broken_ = 0;
  int made_ = 0;
  std::size_t most_held_ = 0;
  std::vector<Message> log_;
};

}  // namespace oofgg::storage
