#include "storage/postgres/pool.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <utility>

#include "oofgg/log.h"

namespace oofgg::storage {
namespace {

/// Bounds what one failure makes to be run again, and how long a commit keeps its rows locked.
constexpr std::size_t kMaxBatch = 128;
constexpr std::size_t kMaxEvents = 16;

int MillisecondsUntil(TimePoint moment) {
  if (moment == kNever) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(moment - Clock::System().Now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000));
}

}  // namespace

StatusOr<std::unique_ptr<PgPool>> PgPool::Start(PgTarget target, Options options) {
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  const int wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  epoll_event event{.events = EPOLLIN, .data = {.ptr = nullptr}};
  if (epoll < 0 || wake < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, wake, &event) != 0) {
    const int error = errno;
    if (epoll >= 0) close(epoll);
    if (wake >= 0) close(wake);
    return MakeStatus(StatusCode::kResourceExhausted, std::string("epoll: ") + std::strerror(error));
  }
  return std::unique_ptr<PgPool>(new PgPool(std::move(target), options, epoll, wake));
}

PgPool::PgPool(PgTarget target, Options options, int epoll, int wake)
    : target_(std::move(target)), options_(options), epoll_(epoll), wake_(wake) {
  PgConnectionHost& host = *this;
  for (std::size_t i = 0; i < options_.connections; ++i) {
    connections_.emplace_back(target_, options_.limits, epoll_, host);
  }
  thread_ = std::thread([this] { Work(); });
}

PgPool::~PgPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  Wake();
  thread_.join();
  connections_.clear();
  close(wake_);
  close(epoll_);
}

Status PgPool::Submit(std::shared_ptr<PgJob> job) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= options_.max_waiting) {
      return RetryLater(StatusCode::kResourceExhausted, "too many calls wait for PostgreSQL",
                        std::chrono::milliseconds(200));
    }
    waiting_.push_back(std::move(job));
    wake = std::exchange(asleep_, false);
  }
  if (wake) Wake();
  return {};
}

bool PgPool::Withdraw(const PgJob& job) {
  const std::lock_guard lock(mutex_);
  return std::erase_if(waiting_, [&job](const auto& waiting) { return waiting.get() == &job; }) > 0;
}

std::string PgPool::Outage() {
  const std::lock_guard lock(mutex_);
  return outage_;
}

void PgPool::GiveBack(std::shared_ptr<PgJob> job) {
  if (!job->IsWanted()) return;
  const std::lock_guard lock(mutex_);
  waiting_.push_front(std::move(job));
}

void PgPool::OnUp() {
  const std::lock_guard lock(mutex_);
  if (outage_.empty()) return;
  outage_.clear();
  Log(LogLevel::kInfo, "postgres", "connected to " + target_.name());
}

// Connections to one server break together; the log hears of it once.
void PgPool::OnDown(const std::string& why) {
  const std::lock_guard lock(mutex_);
  if (outage_.empty())
    Log(LogLevel::kWarning, "postgres", "lost " + target_.name() + ", connecting anew: " + why);
  outage_ = why;
}

void PgPool::Work() {
  while (true) {
    for (PgConnection& connection : connections_) {
      if (connection.next_moment() <= Clock::System().Now()) connection.OnTime();
    }
    Dispatch();
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
    }
    WaitForWork();
  }
}

void PgPool::Dispatch() {
  for (PgConnection& connection : connections_) {
    if (!connection.IsIdle()) continue;
    PgConnection::Batch batch = TakeBatch();
    if (batch.empty()) return;
    connection.Start(std::move(batch));
  }
}

PgConnection::Batch PgPool::TakeBatch() {
  const std::lock_guard lock(mutex_);
  PgConnection::Batch batch;
  const std::size_t count = (std::min)(waiting_.size(), kMaxBatch);
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(count);
  batch.assign(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
  waiting_.erase(waiting_.begin(), end);
  asleep_ = batch.empty();
  return batch;
}

void PgPool::WaitForWork() {
  TimePoint next = kNever;
  for (const PgConnection& connection : connections_) next = (std::min)(next, connection.next_moment());
  std::array<epoll_event, kMaxEvents> events;
  const int count = epoll_wait(epoll_, events.data(), kMaxEvents, MillisecondsUntil(next));
  for (int i = 0; i < count; ++i) {
    auto* connection = static_cast<PgConnection*>(events[static_cast<std::size_t>(i)].data.ptr);
    if (connection != nullptr) {
      connection->OnReady();
      continue;
    }
    std::uint64_t ignored = 0;
    [[maybe_unused]] const ssize_t got = read(wake_, &ignored, sizeof ignored);
  }
}

void PgPool::Wake() const {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t put = write(wake_, &one, sizeof one);
}

}  // namespace oofgg::storage
