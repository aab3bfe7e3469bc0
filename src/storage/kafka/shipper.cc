#include "storage/kafka/shipper.h"

#include <optional>
#include <utility>

#include "oofgg/log.h"

namespace oofgg::storage {
namespace {

constexpr std::chrono::milliseconds kIdleWait{1000};
constexpr std::chrono::milliseconds kStoppingWait{20};

}  // namespace

Shipper::Shipper(Spool& spool, ProducerFactory make, const Clock& clock, ShipperOptions options)
    : spool_(spool), make_(std::move(make)), clock_(clock), options_(std::move(options)), thread_([this] {
        Run();
      }) {}

Shipper::~Shipper() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    stop_by_ = DeadlineAfter(clock_.Now(), options_.farewell);
    if (waker_ != nullptr) waker_->Wake();
  }
  stop_.notify_all();
  thread_.join();
}

void Shipper::Wake() {
  if (!wants_more_.exchange(false)) return;
  const std::lock_guard lock(mutex_);
  if (waker_ != nullptr) waker_->Wake();
}

Shipper::Counts Shipper::counts() const {
  return {.shipped = shipped_, .failures = failures_, .oldest_ms = oldest_ms_};
}

void Shipper::SetWaker(MessageProducer* producer) {
  const std::lock_guard lock(mutex_);
  waker_ = producer;
}

void Shipper::Run() {
  for (bool goes_on = true; goes_on;) {
    failure_ = Status();
    auto producer = make_([this](std::uint64_t number, const Status& status) { Delivered(number, status); },
                          [this] { return IsStopping(); });
    if (producer.ok()) {
      ShipWith(**producer);
    } else {
      failure_ = producer.status();
    }
    if (!failure_.ok() && !IsStopping()) {
      ++failures_;
      Log(LogLevel::kWarning, "event_log",
          "sending to Kafka failed: " + std::string(failure_.message()) + "; it begins anew");
    }
    // One that did not break has ended because all is over.
    goes_on = !failure_.ok() && PauseUnlessStopping();
  }
}

void Shipper::ShipWith(MessageProducer& producer) {
  reader_.emplace(spool_, spool_.shipped());
  read_.clear();
  next_ = 0;
  first_number_ += in_flight_.size();  // Of those an earlier producer had, none is heard of any more.
  in_flight_.clear();
  in_flight_bytes_ = 0;
  SetWaker(&producer);
  while (failure_.ok() && !IsOver()) {
    if (SendSome(producer)) {
      producer.Serve(std::chrono::milliseconds(0));
    } else {
      WaitForNews(producer);
    }
    MarkDelivered();
    if (failure_.ok()) failure_ = producer.CheckAlive();
  }
  SetWaker(nullptr);
}

bool Shipper::HasRoom() const {
  return in_flight_.size() < options_.max_in_flight && in_flight_bytes_ < options_.max_in_flight_bytes;
}

/// Whether any was sent.
bool Shipper::SendSome(MessageProducer& producer) {
  bool any = false;
  while (HasRoom()) {
    if (next_ == read_.size()) {
      auto more = reader_->Next();
      if (!more.ok()) failure_ = more.status();
      if (!more.ok() || more->empty()) break;
      read_ = *std::move(more);
      next_ = 0;
    }
    const auto& [record, end] = read_[next_];
    // In flight first, as its delivery may be told from within.
    in_flight_.push_back(
        {.end = end, .at_ms = record.at_ms, .bytes = record.key.size() + record.value.size()});
    const bool taken = producer.Produce({.topic = options_.topics[static_cast<std::size_t>(record.stream)],
                                         .key = record.key,
                                         .value = record.value,
                                         .at_ms = record.at_ms,
                                         .number = first_number_ + in_flight_.size() - 1});
    if (!taken) {
      in_flight_.pop_back();
      break;
    }
    in_flight_bytes_ += in_flight_.back().bytes;
    ++next_;
    any = true;
  }
  return any;
}

void Shipper::WaitForNews(MessageProducer& producer) {
  std::chrono::milliseconds wait = IsStopping() ? kStoppingWait : kIdleWait;
  // Looked at once more after it said that it wants more: what came before that woke nobody.
  wants_more_ = HasRoom() && next_ == read_.size();
  if (wants_more_ && !reader_->AtEnd()) wait = std::chrono::milliseconds(0);
  producer.Serve(wait);
  wants_more_ = false;
}

void Shipper::Delivered(std::uint64_t number, const Status& status) {
  if (!status.ok()) {
    if (failure_.ok()) failure_ = status;
    return;
  }
  if (number < first_number_ || number - first_number_ >= in_flight_.size()) return;
  in_flight_[static_cast<std::size_t>(number - first_number_)].is_delivered = true;
}

/// Only what has nothing undelivered before it: the mark is one place.
void Shipper::MarkDelivered() {
  std::optional<SpoolPlace> place;
  while (!in_flight_.empty() && in_flight_.front().is_delivered) {
    place = in_flight_.front().end;
    in_flight_bytes_ -= in_flight_.front().bytes;
    in_flight_.pop_front();
    ++first_number_;
    ++shipped_;
  }
  oldest_ms_ = in_flight_.empty() ? 0 : in_flight_.front().at_ms;
  if (in_flight_.empty() && next_ == read_.size() && reader_->place() != spool_.shipped()) {
    place = reader_->place();  // Also behind what is damaged, which would wait for ever.
  }
  if (!place.has_value()) return;
  if (const Status marked = spool_.MarkShipped(*place); !marked.ok()) {
    Log(LogLevel::kError, "event_log", std::string(marked.message()) + "; a restart sends records again");
  }
}

bool Shipper::IsStopping() {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

bool Shipper::PauseUnlessStopping() {
  std::unique_lock lock(mutex_);
  return !stop_.wait_for(lock, options_.retry_delay, [this] { return stopping_; });
}

bool Shipper::IsOver() {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_) return false;
    if (clock_.Now() >= stop_by_) return true;
  }
  return reader_.has_value() && in_flight_.empty() && next_ == read_.size() && reader_->AtEnd();
}

}  // namespace oofgg::storage
