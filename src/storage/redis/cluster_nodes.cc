#include "storage/redis/cluster_nodes.h"

#include <algorithm>
#include <utility>

#include "storage/redis/key_slot.h"

namespace oofgg::storage::redis {
namespace {

using namespace std::chrono_literals;

constexpr Duration kBetweenFarewells = 50ms;
constexpr Duration kLongestFarewell = 2s;  // For what is owed by one that may hang.
constexpr Duration kGuestStays = 10s;
constexpr std::size_t kMostGuests = 64;
constexpr std::size_t kMostMasters = 1000;

Status NotAllLinked() {
  return MakeStatus(StatusCode::kUnavailable, "not all masters of the Redis Cluster are linked yet");
}

}  // namespace

ClusterNodes::ClusterNodes(ClusterNodeOwner& owner, RedisOptions options)
    : owner_(owner), options_(std::move(options)), owners_(kSlots) {}

ClusterNodes::NodePtr ClusterNodes::MasterOf(int slot) {
  const std::lock_guard lock(mutex_);
  if (slot != PendingCommand::kAnySlot) return owners_[static_cast<std::size_t>(slot)];
  for (std::size_t i = 0; i < masters_.size(); ++i) {
    const NodePtr& node = masters_[++turn_ % masters_.size()];
    if (node->is_up()) return node;
  }
  return nullptr;
}

std::uint64_t ClusterNodes::LinkNumber() const {
  const std::lock_guard lock(mutex_);
  return link_number_;
}

Status ClusterNodes::WaitUntilUp(TimePoint deadline) {
  std::unique_lock lock(mutex_);
  const auto is_settled = [this] { return link_number_ != 0 || trouble_.code() != StatusCode::kUnavailable; };
  changed_.wait_until(lock, deadline, is_settled);
  return link_number_ != 0 ? absl::OkStatus() : trouble_;
}

Status ClusterNodes::Trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

/// After whatever may have changed what a reader could rely on.
void ClusterNodes::Count() {
  ++events_;
  const bool all_up = !masters_.empty() && std::all_of(masters_.begin(), masters_.end(),
                                                       [](const NodePtr& node) { return node->is_up(); });
  link_number_ = all_up ? events_ : 0;
  changed_.notify_all();
}

void ClusterNodes::NoteUp() {
  const std::lock_guard lock(mutex_);
  trouble_ = NotAllLinked();
  // Two may be up before the first of them says so. That a link was lost was counted then.
  if (link_number_ == 0) Count();
}

void ClusterNodes::NoteDown(const Status& why) {
  const std::lock_guard lock(mutex_);
  trouble_ = why;
  Count();
}

void ClusterNodes::NoteNoTable(const Status& why) {
  const std::lock_guard lock(mutex_);
  trouble_ = why;
  changed_.notify_all();
}

bool ClusterNodes::IsIncomplete() const {
  const std::lock_guard lock(mutex_);
  return link_number_ == 0;
}

ClusterNodes::NodePtr ClusterNodes::FindOrMake(const HostPort& address) {
  for (const NodePtr& node : masters_) {
    if (node->address() == address) return node;
  }
  for (const Guest& guest : guests_) {
    if (guest.node->address() == address) return guest.node;
  }
  return std::make_shared<ClusterNode>(owner_, options_, address);
}

void ClusterNodes::SetOwner(std::size_t slot, const NodePtr& node, bool& changed) {
  if (owners_[slot] == node) return;
  owners_[slot] = node;
  changed = true;
}

void ClusterNodes::Apply(const SlotRanges& slots) {
  const std::lock_guard lock(mutex_);
  bool changed = false;
  std::vector<NodePtr> masters;
  std::size_t next = 0;
  for (const SlotRange& range : slots.ranges) {
    NodePtr node = FindOrMake(range.master);
    const auto known = std::find_if(masters.begin(), masters.end(),
                                    [&](const NodePtr& other) { return other->address() == range.master; });
    if (known == masters.end()) {
      masters.push_back(node);
      masters_.push_back(node);  // So that it is found for its next range.
    }
    for (; next < range.first; ++next) SetOwner(next, nullptr, changed);
    for (; next <= range.last; ++next) SetOwner(next, node, changed);
  }
  for (; next < kSlots; ++next) SetOwner(next, nullptr, changed);
  std::erase_if(guests_, [&](const Guest& guest) {
    return std::find(masters.begin(), masters.end(), guest.node) != masters.end();
  });
  for (const NodePtr& node : masters_) {
    const bool stays = std::find(masters.begin(), masters.end(), node) != masters.end();
    if (!stays) Dismiss(node);
  }
  masters_ = std::move(masters);
  if (!changed) return;
  trouble_ = NotAllLinked();
  Count();
}

void ClusterNodes::Dismiss(const NodePtr& node) {
  for (const Leaving& leaving : leaving_) {
    if (leaving.node == node) return;
  }
  leaving_.push_back({node, Clock::System().Now()});
}

void ClusterNodes::Move(std::uint16_t slot, const HostPort& to) {
  const std::lock_guard lock(mutex_);
  if (owners_[slot] != nullptr && owners_[slot]->address() == to) return;
  if (masters_.size() > 2 * kMostMasters) return;  // The whole table will tell.
  const NodePtr node = FindOrMake(to);
  std::erase_if(guests_, [&](const Guest& guest) { return guest.node == node; });
  if (std::find(masters_.begin(), masters_.end(), node) == masters_.end()) masters_.push_back(node);
  owners_[slot] = node;
  Count();
}

ClusterNodes::NodePtr ClusterNodes::NodeAt(const HostPort& address, TimePoint now) {
  const std::lock_guard lock(mutex_);
  for (Guest& guest : guests_) {
    if (guest.node->address() == address) guest.used_at = now;
  }
  const bool is_master = std::any_of(masters_.begin(), masters_.end(),
                                     [&](const NodePtr& node) { return node->address() == address; });
  const bool is_guest = std::any_of(guests_.begin(), guests_.end(),
                                    [&](const Guest& guest) { return guest.node->address() == address; });
  if (!is_master && !is_guest && guests_.size() >= kMostGuests) return nullptr;
  NodePtr node = FindOrMake(address);
  if (!is_master && !is_guest) guests_.push_back({node, now});
  return node;
}

TimePoint ClusterNodes::LetGo(TimePoint now) {
  TimePoint next = kNever;
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(guests_, [&](const Guest& guest) {
      const bool stays = now - guest.used_at < kGuestStays;
      if (!stays) Dismiss(guest.node);
      if (stays) next = std::min(next, guest.used_at + kGuestStays);
      return !stays;
    });
  }
  std::erase_if(leaving_, [now](const Leaving& leaving) {
    ClusterNode& node = *leaving.node;
    if (node.is_done() || now - leaving.since >= kLongestFarewell) node.BeginToStop();
    if (!node.has_ended()) return false;
    node.Retire(
        MakeStatus(StatusCode::kUnavailable, FormatHostPort(node.address()) + " is no master any more"));
    return true;
  });
  return leaving_.empty() ? next : std::min(next, now + kBetweenFarewells);
}

/// That it is over is said last, as a node that goes may have a word of its own.
void ClusterNodes::Cancel() {
  std::vector<NodePtr> all;
  for (Leaving& leaving : leaving_) all.push_back(std::move(leaving.node));
  leaving_.clear();
  {
    const std::lock_guard lock(mutex_);
    all.insert(all.end(), masters_.begin(), masters_.end());
    for (const Guest& guest : guests_) all.push_back(guest.node);
    masters_.clear();
    guests_.clear();
    std::fill(owners_.begin(), owners_.end(), nullptr);
  }
  for (const NodePtr& node : all) node->BeginToStop();
  for (const NodePtr& node : all) node->Cancel();
  const std::lock_guard lock(mutex_);
  trouble_ = MakeStatus(StatusCode::kCancelled, "the Redis client is shutting down");
  Count();
}

}  // namespace oofgg::storage::redis
