#include "presence/instances/instance_link.h"

#include <condition_variable>
#include <optional>
#include <utility>

#include "presence/instances/sent_elsewhere.h"

namespace oofgg::presence {
namespace {

constexpr std::chrono::milliseconds kBehind{500};

}  // namespace

InstanceLink::InstanceLink(const Clock& clock, Executor& executor, RandomSource& random)
    : clock_(clock), executor_(executor), random_(random) {}

void InstanceLink::Start(const HubShards& shards, const MakeInstanceBus& make_bus,
                         InstanceSyncOptions options) {
  {
    const std::lock_guard lock(mutex_);
    shards_ = shards;
    const InstanceBurst burst{.leave = OnSelf(&InstanceLink::Put), .run = [weak = weak_from_this()] {
                                if (const auto self = weak.lock()) self->Run();
                              }};
    bus_ = make_bus(OnSelf(&InstanceLink::Deliver), burst);
    describe_ = options.describe;
    sync_ = std::make_unique<InstanceSync>(clock_, random_, *bus_, *this, std::move(options));
  }
  Put([](InstanceBusEvents&) {});  // Its first step.
  Run();
}

std::function<void(InstanceWork)> InstanceLink::OnSelf(void (InstanceLink::*take)(InstanceWork)) {
  return [weak = weak_from_this(), take](InstanceWork work) {
    if (const auto self = weak.lock()) (self.get()->*take)(std::move(work));
  };
}

void InstanceLink::Stop() {
  std::unique_ptr<InstanceBus> bus;
  std::unique_ptr<InstanceSync> sync;
  HubShards shards;
  ScopedTimer timer;
  std::vector<InstanceWork> mail;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    bus = std::move(bus_);
    sync = std::move(sync_);
    shards.swap(shards_);
    timer = std::move(timer_);
    const std::lock_guard mail_lock(mail_mutex_);
    mail.swap(mail_);
  }
  // Outside the lock: its threads may be delivering something, which finds us stopped.
  bus.reset();
}

void InstanceLink::Put(InstanceWork work) {
  const std::lock_guard lock(mail_mutex_);
  mail_.push_back(std::move(work));
  has_mail_ = true;
}

/// By another thread, so that who reads from Redis goes on reading: what comes meanwhile is done in one go.
void InstanceLink::Deliver(InstanceWork work) {
  Put(std::move(work));
  if (scheduled_.exchange(true)) return;
  executor_.Post([weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self == nullptr) return;
    self->scheduled_ = false;
    self->Run();
  });
}

void InstanceLink::Tell(std::vector<PresenceTable::Need> needs,
                        std::vector<PresenceTable::Registration> registrations,
                        std::vector<PresenceTable::FarewellAbroad> farewells) {
  if (needs.empty() && registrations.empty() && farewells.empty()) return;
  Put([this, needs = std::move(needs), registrations = std::move(registrations),
       farewells = std::move(farewells)](InstanceBusEvents&) mutable {
    sync_->Tell(std::move(needs), std::move(registrations), std::move(farewells));
  });
}

void InstanceLink::OnRegisteredAgain(std::uint64_t round) {
  Put([this, round](InstanceBusEvents&) { sync_->OnRegisteredAgain(round); });
}

void InstanceLink::Run() {
  while (has_mail_ && RunOnce()) {
  }
}

/// False: another thread owns it, who looks for mail on leaving, or it has stopped.
bool InstanceLink::RunOnce() {
  HubShards written_to;
  {
    const std::unique_lock lock(mutex_, std::try_to_lock);
    if (!lock.owns_lock() || stopped_ || sync_ == nullptr) return false;
    std::vector<InstanceWork> mail;
    {
      const std::lock_guard mail_lock(mail_mutex_);
      mail.swap(mail_);
      has_mail_ = false;
    }
    for (InstanceWork& work : mail) work(*sync_);
    sync_->Advance();
    behind_since_ = sync_->behind_since();
    ArmTimerLocked();
    ShowOthersLocked();
    written_to.swap(written_to_);
  }
  for (const auto& shard : written_to) shard->ReadLetters();
  return true;
}

void InstanceLink::ShowOthersLocked() {
  if (sync_->others_version() == seen_others_) return;
  seen_others_ = sync_->others_version();
  const std::lock_guard lock(others_mutex_);
  others_ = sync_->Others();
  // One of them by a mistake, which would send our clients back to us.
  std::erase_if(others_,
                [own = describe_()](const LeaseRecord& other) { return other.address == own.address; });
}

void InstanceLink::ArmTimerLocked() {
  const TimePoint deadline = sync_->NextDeadline();
  if (deadline >= timer_at_) return;  // One that fires too early looks again.
  timer_at_ = deadline;
  timer_ = ScopedTimer(executor_, deadline, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self == nullptr) return;
    self->Deliver([self = self.get()](InstanceBusEvents&) { self->timer_at_ = kNever; });
  });
}

std::size_t InstanceLink::HomeOf(std::string_view user_id) const {
  return presence::HomeOf(user_id, shards_.size());
}

void InstanceLink::Post(std::size_t table, TableLetter::Content letter) {
  shards_[table]->PostFromInstances(std::move(letter));
  if (written_to_.empty() || written_to_.back() != shards_[table]) written_to_.push_back(shards_[table]);
}

Status InstanceLink::Leave(std::chrono::milliseconds remaining, TimePoint deadline) {
  struct Waiting {
    std::mutex mutex;
    std::condition_variable changed;
    std::optional<Status> left;
  };
  // Shared, as the answer may come when nobody waits any more.
  const auto waiting = std::make_shared<Waiting>();
  Deliver([this, remaining, waiting](InstanceBusEvents&) {
    sync_->Leave(remaining, [waiting](Status status) {
      const std::lock_guard lock(waiting->mutex);
      waiting->left = std::move(status);
      waiting->changed.notify_all();
    });
  });
  std::unique_lock lock(waiting->mutex);
  if (!waiting->changed.wait_until(lock, deadline, [&] { return waiting->left.has_value(); })) {
    return MakeStatus(StatusCode::kDeadlineExceeded, "the other instances could not be told in time");
  }
  return *waiting->left;
}

bool InstanceLink::IsBehind() const {
  const TimePoint since = behind_since_;
  return since != kNever && clock_.Now() - since >= kBehind;
}

std::optional<std::string> InstanceLink::Lighter() const {
  const LeaseRecord own = describe_();
  const std::lock_guard lock(others_mutex_);
  return LighterInstance(own, others_, random_);
}

std::optional<std::string> InstanceLink::Next() const {
  const std::lock_guard lock(others_mutex_);
  return NextInstance(others_, random_);
}

}  // namespace oofgg::presence
