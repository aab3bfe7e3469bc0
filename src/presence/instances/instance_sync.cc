#include "presence/instances/instance_sync.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

namespace oofgg::presence {
namespace {

constexpr std::chrono::milliseconds kListPause{20};
constexpr int kDeafLeases = 6;
/// Between batches, for each other instance: each of them wakes up for each.
constexpr std::chrono::microseconds kSpacing{200};
constexpr std::chrono::milliseconds kListRetry{200};
/// After a gap, how long the others have to say that they are there before all is read anew.
constexpr std::chrono::milliseconds kRollCall{200};

}  // namespace

InstanceSync::InstanceSync(const Clock& clock, RandomSource& random, InstanceBus& bus, InstanceTables& tables,
                           InstanceSyncOptions options)
    : clock_(clock),
      bus_(bus),
      tables_(tables),
      options_(std::move(options)),
      own_(clock, random, bus, options_.lease,
           {.on_begun = [this] { OnBegun(); },
            .on_leases = [this](const std::vector<Lease>& leases,
                                TimePoint asked_at) { MeetListed(leases, asked_at); },
            .describe = options_.describe}),
      outbox_(
          bus, [this] { CompleteIfAllIsRegistered(); }, [this](LifeId life) { own_.Lose(life); }),
      needs_(clock, bus,
             {.on_asked = [this] { return std::make_shared<const std::vector<bool>>(lives_.Verified()); },
              .on_read = [this](std::vector<NeedBook::Read> reads,
                                const CompleteOrigins& complete) { OnRead(std::move(reads), complete); },
              .on_impatient = [this](const std::vector<std::string>& users) { OnImpatient(users); }}) {}

void InstanceSync::Tell(std::vector<PresenceTable::Need> needs,
                        std::vector<PresenceTable::Registration> registrations,
                        std::vector<PresenceTable::FarewellAbroad> farewells) {
  for (const PresenceTable::Need& need : needs) needs_.Put(need);
  // Without a life there is nobody to be registered by: all are told once it has begun.
  if (own_.life() != 0) {
    for (PresenceTable::Registration& each : registrations) outbox_.Put(std::move(each));
  }
  for (const PresenceTable::FarewellAbroad& each : farewells) {
    if (const auto life = lives_.WithOrigin(each.origin)) bus_.Send(*life, each.farewell);
  }
}

void InstanceSync::Advance() {
  const TimePoint now = clock_.Now();
  own_.Tick(now);
  DoubtHearing(now);
  lives_.ForgetIgnored(now);
  look_up_at_ = lives_.NextLookUp(now);
  if (now >= look_up_at_) LookUp(now);
  if (now >= ask_again_at_) AskAgain();
  outbox_.Flush(now, own_.life(), own_.former(), kSpacing * lives_.size());
  needs_.Flush(now);
  if (leaving_) LeaveIfAllIsRegistered();
}

TimePoint InstanceSync::NextDeadline() const {
  TimePoint next = std::min({own_.NextDeadline(), ask_again_at_, needs_.NextDeadline()});
  if (own_.life() != 0) next = std::min(next, outbox_.NextDeadline());
  if (!listing_) next = std::min(next, std::max(look_up_at_, list_from_));
  return next;
}

void InstanceSync::PostToAll(const TableLetter::Content& letter) {
  for (std::size_t table = 0; table < tables_.count(); ++table) tables_.Post(table, letter);
}

// Our own users.

void InstanceSync::OnBegun() {
  outbox_.Clear();
  ++round_;
  missing_ = tables_.count();
  PostToAll(TableLetter::RegisterAgain{round_});
}

void InstanceSync::OnRegisteredAgain(std::uint64_t round) {
  if (round != round_ || missing_ == 0) return;
  --missing_;
  CompleteIfAllIsRegistered();
}

void InstanceSync::CompleteIfAllIsRegistered() {
  if (own_.life() == 0 || own_.complete() || missing_ > 0 || !outbox_.idle()) return;
  own_.Complete();
}

void InstanceSync::Leave(std::chrono::milliseconds remaining, InstanceBus::On<Status> on_left) {
  leaving_ = true;
  leave_behind_ = remaining;
  on_left_ = std::move(on_left);
  Advance();
}

void InstanceSync::LeaveIfAllIsRegistered() {
  if (on_left_ == nullptr) return;
  const bool is_settled = own_.life() == 0 || (missing_ == 0 && outbox_.idle());
  if (is_settled) own_.Leave(leave_behind_, std::exchange(on_left_, nullptr));
}

// The other instances.

void InstanceSync::OnBeat(LifeId life, const LeaseRecord& record, std::chrono::milliseconds ttl) {
  if (own_.IsMine(life)) {
    heard_own_at_ = clock_.Now();
    own_.OnHeard(life);
    return;
  }
  if (ttl <= std::chrono::milliseconds(0)) return GiveUp(life);
  Confirm(life, record, clock_.Now() + ttl);
  LifeBook::Life& known = *lives_.Find(life);
  if (!record.complete || std::exchange(known.verified, true)) return;
  // What it has struck out during a gap could not be told from what was lost, until now.
  if (known.doubted) AskAgainSoon(lives_.AllVerified() ? clock_.Now() : clock_.Now() + kRollCall);
}

void InstanceSync::OnRollCall() { own_.RenewSoon(); }

void InstanceSync::MeetListed(const std::vector<Lease>& leases, TimePoint asked_at) {
  const TimePoint now = clock_.Now();
  for (const Lease& lease : leases) {
    if (!own_.IsMine(lease.life)) Confirm(lease.life, lease.record, asked_at + lease.remaining);
  }
  // Redis may have been away, and others may not be back yet; `OnHearing` gives them their time.
  if (!hearing_) return;
  for (const LifeId gone : lives_.GoneFrom(leases, asked_at, now)) {
    ++others_version_;
    if (const auto origin = lives_.Ignore(gone, now + options_.lease)) {
      PostToAll(TableLetter::Forget{*origin});
      bus_.Sweep();
    }
  }
}

/// We hear ourselves too: where that stops, we listen at a server that is not the master any more. Who is
/// merely behind with listening, as under a heavy load, is not helped by a gap.
void InstanceSync::DoubtHearing(TimePoint now) {
  if (!hearing_ || own_.life() == 0 || now - heard_own_at_ < kDeafLeases * options_.lease) return;
  heard_own_at_ = now;
  bus_.ListenAnew();
}

void InstanceSync::Confirm(LifeId life, const LeaseRecord& record, TimePoint until) {
  // What was not heard of it may be read.
  if (lives_.Confirm(life, clock_.Now(), until)) AskAgainSoon(clock_.Now());
  LifeBook::Life& known = *lives_.Find(life);
  known.record = record;
  ++others_version_;
  PostImports(known.origin, std::exchange(known.waiting, {}));
}

/// What was registered in its place was registered before, but may not have been heard in a gap. Then it goes
/// once all has been read: what that lacks of it is gone.
void InstanceSync::GiveUp(LifeId life) {
  LifeBook::Life* const known = lives_.Find(life);
  if (known == nullptr || !known->alive || !known->doubted) return Drop(life);
  ++others_version_;
  known->record = {};
  known->verified = true;
  AskAgainSoon(clock_.Now() + kRollCall);
}

void InstanceSync::Drop(LifeId life) {
  ++others_version_;
  if (const auto origin = lives_.Drop(life)) PostToAll(TableLetter::Forget{*origin});
}

void InstanceSync::LookUp(TimePoint now) {
  if (listing_ || now < list_from_) return;
  listing_ = true;
  bus_.List([this, now, alive = std::weak_ptr<char>(alive_)](const StatusOr<std::vector<Lease>>& leases) {
    if (alive.expired()) return;
    listing_ = false;
    list_from_ = clock_.Now() + (leases.ok() && hearing_ ? kListPause : kListRetry);
    if (leases.ok()) MeetListed(*leases, now);
  });
}

void InstanceSync::OnRegistered(UserShard shard, LifeId life,
                                std::vector<PresenceTable::Registration> registrations) {
  if (own_.IsMine(life)) return;
  needs_.OnHeard(shard, life, registrations);
  LifeBook::Life* const known = lives_.Meet(life, clock_.Now());
  if (known == nullptr) return;
  if (known->alive) return PostImports(known->origin, std::move(registrations));
  known->waiting.insert(known->waiting.end(), std::make_move_iterator(registrations.begin()),
                        std::make_move_iterator(registrations.end()));
}

void InstanceSync::PostImports(PresenceTable::Origin origin,
                               std::vector<PresenceTable::Registration> registrations) {
  std::map<std::size_t, TableLetter::Import> letters;
  for (PresenceTable::Registration& each : registrations) {
    const std::size_t home = tables_.HomeOf(each.user_id);
    letters[home].located.push_back({origin, std::move(each)});
  }
  for (auto& [home, letter] : letters) tables_.Post(home, std::move(letter));
}

void InstanceSync::OnFarewell(const PresenceTable::Farewell& farewell) {
  tables_.Post(tables_.HomeOf(farewell.listed), TableLetter::Farewell{farewell});
}

// What is read.

void InstanceSync::OnRead(std::vector<NeedBook::Read> reads, const CompleteOrigins& complete) {
  std::map<std::size_t, TableLetter::Answers> letters;
  for (NeedBook::Read& read : reads) {
    TableLetter::Answer answer{std::move(read.user_id), {}};
    for (Registered& found : read.found) {
      if (own_.IsMine(found.life)) continue;
      LifeBook::Life* const known = lives_.Meet(found.life, clock_.Now());
      if (known == nullptr) continue;
      if (known->alive) {
        answer.found.push_back({known->origin, std::move(found.registration)});
      } else {
        known->waiting.push_back(std::move(found.registration));
      }
    }
    TableLetter::Answers& letter = letters[tables_.HomeOf(answer.user_id)];
    letter.complete = complete;
    letter.answers.push_back(std::move(answer));
  }
  for (auto& [home, letter] : letters) tables_.Post(home, std::move(letter));
}

void InstanceSync::OnImpatient(const std::vector<std::string>& users) {
  std::map<std::size_t, TableLetter::Answers> letters;
  const auto none = std::make_shared<const std::vector<bool>>();
  for (const std::string& user : users) {
    TableLetter::Answers& letter = letters[tables_.HomeOf(user)];
    letter.complete = none;
    letter.answers.push_back({user, {}});
  }
  for (auto& [home, letter] : letters) tables_.Post(home, std::move(letter));
}

// Gaps.

void InstanceSync::OnFollowing(UserShard shard) {
  if (needs_.OnFollowing(shard)) CloseGap();
}

void InstanceSync::OnGap(std::optional<UserShard> shard) {
  lives_.Doubt();
  if (shard.has_value()) {
    needs_.OnGap(*shard);
    lives_.ForgetWaiting(*shard);
  } else {
    hearing_ = false;
  }
  own_.CheckLink();
}

void InstanceSync::OnHearing() {
  hearing_ = true;
  heard_own_at_ = clock_.Now();
  own_.ForgetUnheard();
  // They may have lost their leases with Redis, and have not been able to take new ones.
  lives_.Extend(clock_.Now() + options_.lease);
  CloseGap();
}

/// Lives that answer the roll are linked to the same Redis as we, and all they have told it is there.
void InstanceSync::CloseGap() {
  own_.CheckLink();
  if (ask_again_at_ == kNever) bus_.CallRoll();
  AskAgainSoon(clock_.Now() + kRollCall);
}

void InstanceSync::AskAgainSoon(TimePoint at) { ask_again_at_ = std::min(ask_again_at_, at); }

void InstanceSync::AskAgain() {
  ask_again_at_ = kNever;
  PostToAll(TableLetter::AskAgain{});
}

}  // namespace oofgg::presence
