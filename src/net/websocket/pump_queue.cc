#include "net/websocket/pump_queue.h"

#include <utility>

#include "net/websocket/websocket_connection.h"

namespace oofgg::net {
namespace {

// As many as a thread pumps before it goes back to what it was at.
constexpr std::size_t kMostOfATurn = 32;
// As many as wait for one task before there is another.
constexpr std::size_t kItemsOfATask = 32;

thread_local PumpQueue::Turn* turn_here = nullptr;

}  // namespace

PumpQueue::Turn::Turn(PumpQueue& queue) : queue_(queue), outer_(std::exchange(turn_here, this)) {}

PumpQueue::Turn::~Turn() {
  // More come while these are pumped.
  for (std::size_t i = 0; i < items_.size(); ++i) std::exchange(items_[i], nullptr)->Pump();
  turn_here = outer_;
}

void PumpQueue::Add(Item connection) {
  if (turn_here != nullptr && &turn_here->queue_ == this && turn_here->items_.size() < kMostOfATurn) {
    return turn_here->items_.push_back(std::move(connection));
  }
  {
    const std::lock_guard lock(mutex_);
    items_.push_back(std::move(connection));
    if (items_.size() <= tasks_ * kItemsOfATask) return;
    ++tasks_;
  }
  PostTask();
}

void PumpQueue::Clear() {
  std::deque<Item> items;
  const std::lock_guard lock(mutex_);
  items.swap(items_);
}

void PumpQueue::PostTask() {
  workers_.Post([self = shared_from_this()] { self->Work(); });
}

void PumpQueue::Work() {
  for (std::size_t count = 0; count < kItemsOfATask; ++count) {
    const Item connection = TakeOrEndTask();
    if (connection == nullptr) return;
    const Turn turn(*this);
    connection->Pump();
  }
  PostTask();  // Other tasks want a turn as well.
}

/// Nothing: this task is one too many.
PumpQueue::Item PumpQueue::TakeOrEndTask() {
  const std::lock_guard lock(mutex_);
  if (items_.empty()) {
    --tasks_;
    return nullptr;
  }
  Item first = std::move(items_.front());
  items_.pop_front();
  return first;
}

}  // namespace oofgg::net
