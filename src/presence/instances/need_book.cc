#include "presence/instances/need_book.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace oofgg::presence {
namespace {

constexpr std::size_t kMostInARead = 512;
constexpr std::chrono::milliseconds kRetry{200};
/// Whoever lists somebody of whom nothing can be learnt hears after so long what is known here.
constexpr std::chrono::milliseconds kPatience{1000};

/// The newer of what was read and what was heard, of each life.
void TakeNewer(std::vector<Registered>& found, const Registered& heard) {
  const auto known = std::find_if(found.begin(), found.end(),
                                  [&heard](const Registered& each) { return each.life == heard.life; });
  if (known == found.end()) {
    found.push_back(heard);
  } else if (known->registration.version < heard.registration.version) {
    *known = heard;
  }
}

}  // namespace

NeedBook::NeedBook(const Clock& clock, InstanceBus& bus, Hooks hooks)
    : clock_(clock), bus_(bus), hooks_(std::move(hooks)), shards_(kUserShards) {}

void NeedBook::Put(const PresenceTable::Need& need) {
  using Kind = PresenceTable::Need::Kind;
  const UserShard number = ShardOfUser(need.user_id);
  Shard& shard = shards_[number];
  if (need.kind != Kind::kUnwanted) {
    if (need.kind == Kind::kWanted && shard.wanted++ == 0) bus_.Follow(number);
    return QueueRead(number, need.user_id);
  }
  if (--shard.wanted > 0) return;
  bus_.Unfollow(number);
  shard.following = shard.has_gap = false;
  shard.to_read.clear();
  shard.waiting_since = kNever;
  waiting_.erase(number);
}

void NeedBook::QueueRead(UserShard number, std::string user_id) {
  Shard& shard = shards_[number];
  if (shard.to_read.empty()) {
    shard.waiting_since = clock_.Now();
    shard.excused = false;
  }
  shard.to_read.push_back(std::move(user_id));
  waiting_.insert(number);
  next_look_ = std::min(next_look_, DueAt(shard));
}

bool NeedBook::OnFollowing(UserShard number) {
  Shard& shard = shards_[number];
  shard.following = shard.wanted > 0;
  LookSoon();
  return std::exchange(shard.has_gap, false) && shard.following;
}

void NeedBook::OnGap(UserShard number) {
  shards_[number].following = false;
  shards_[number].has_gap = shards_[number].wanted > 0;
}

void NeedBook::OnHeard(UserShard number, LifeId life,
                       const std::vector<PresenceTable::Registration>& registrations) {
  Shard& shard = shards_[number];
  if (!shard.reading) return;
  for (const PresenceTable::Registration& registration : registrations) {
    if (!std::binary_search(shard.under_way.begin(), shard.under_way.end(), registration.user_id)) continue;
    shard.heard.push_back({life, registration});
  }
}

void NeedBook::Flush(TimePoint now) {
  if (now < next_look_) return;
  next_look_ = kNever;
  const std::vector<UserShard> waiting(waiting_.begin(), waiting_.end());
  for (const UserShard number : waiting) {
    Shard& shard = shards_[number];
    if (shard.following && !shard.reading && now >= shard.retry_at) StartRead(number, now);
    if (!shard.to_read.empty() && !shard.excused && now - shard.waiting_since >= kPatience) Excuse(shard);
    if (!shard.to_read.empty()) next_look_ = std::min(next_look_, DueAt(shard));
  }
}

TimePoint NeedBook::DueAt(const Shard& shard) const {
  const TimePoint read_at = shard.following && !shard.reading ? shard.retry_at : kNever;
  return shard.excused ? read_at : std::min(read_at, shard.waiting_since + kPatience);
}

void NeedBook::StartRead(UserShard number, TimePoint now) {
  Shard& shard = shards_[number];
  const std::size_t count = std::min(shard.to_read.size(), kMostInARead);
  const auto end = shard.to_read.begin() + static_cast<std::ptrdiff_t>(count);
  shard.under_way.assign(std::make_move_iterator(shard.to_read.begin()), std::make_move_iterator(end));
  shard.to_read.erase(shard.to_read.begin(), end);
  std::sort(shard.under_way.begin(), shard.under_way.end());
  shard.under_way.erase(std::unique(shard.under_way.begin(), shard.under_way.end()), shard.under_way.end());
  shard.heard.clear();
  shard.reading = true;
  shard.waiting_since = shard.to_read.empty() ? kNever : now;
  if (shard.to_read.empty()) waiting_.erase(number);
  shard.complete = hooks_.on_asked();
  bus_.Read(number, shard.under_way,
            [this, number,
             alive = std::weak_ptr<char>(alive_)](StatusOr<std::vector<std::vector<Registered>>> answer) {
              if (!alive.expired()) OnAnswer(number, std::move(answer));
            });
}

void NeedBook::OnAnswer(UserShard number, StatusOr<std::vector<std::vector<Registered>>> answer) {
  Shard& shard = shards_[number];
  shard.reading = false;
  if (!shard.to_read.empty()) LookSoon();
  if (!answer.ok() || answer->size() != shard.under_way.size()) return ReadAgain(shard, number);
  std::vector<Read> reads;
  reads.reserve(shard.under_way.size());
  for (std::size_t i = 0; i < shard.under_way.size(); ++i) {
    reads.push_back({std::move(shard.under_way[i]), std::move((*answer)[i])});
  }
  shard.under_way.clear();
  for (const Registered& heard : std::exchange(shard.heard, {})) {
    const auto read =
        std::lower_bound(reads.begin(), reads.end(), heard.registration.user_id,
                         [](const Read& each, const std::string& user_id) { return each.user_id < user_id; });
    TakeNewer(read->found, heard);
  }
  hooks_.on_read(std::move(reads), shard.complete);
}

void NeedBook::ReadAgain(Shard& shard, UserShard number) {
  shard.retry_at = clock_.Now() + kRetry;
  shard.heard.clear();
  std::vector<std::string> users = std::exchange(shard.under_way, {});
  if (shard.wanted == 0) return;
  for (std::string& user : users) QueueRead(number, std::move(user));
  if (!shard.excused) Excuse(shard);
}

void NeedBook::Excuse(Shard& shard) {
  shard.excused = true;
  hooks_.on_impatient(shard.to_read);
}

}  // namespace oofgg::presence
