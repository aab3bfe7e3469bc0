#include "presence/hub_shard.h"

#include <tuple>

#include "presence/instances/instance_link.h"

namespace oofgg::presence {
namespace {

// Of those who hear of one change: more of them let others go first.
constexpr std::size_t kMany = 64;

// How often who finds a shard owned looks again before the call is left there, which costs a wake as well.
// Most calls take a microsecond, and so does this.
constexpr int kLooks = 50;

// Names in reserve for connections made while another owns the shard.
constexpr std::size_t kReserve = 64;

// After so many readings of the mailbox in a row somebody else's thread goes on, so that none is held for
// ever.
constexpr int kMostReadings = 64;

// Beyond so many, who wants more has to wait, so that no mailbox grows without bound.
constexpr std::size_t kMostCommands = 256;

// What a call lends, kept until it is done.
template <typename T>
T Keep(const T& value) {
  return value;
}
std::string Keep(std::string_view text) { return std::string(text); }
std::vector<std::string> Keep(std::span<const std::string> list) { return {list.begin(), list.end()}; }

std::unique_lock<std::mutex> LookForAMoment(std::mutex& mutex) {
  for (int look = 0; look < kLooks; ++look) {
    if (std::unique_lock lock(mutex, std::try_to_lock); lock.owns_lock()) return lock;
  }
  return {};
}

}  // namespace

std::size_t HomeOf(std::string_view user_id, std::size_t shards) {
  return shards == 1 ? 0 : std::hash<std::string_view>()(user_id) % shards;
}

HubShard::HubShard(const Clock& clock, Executor& executor, PresenceTable::Options options, unsigned index)
    : clock_(clock), executor_(executor), index_(index), table_(std::move(options)) {}

void HubShard::Meet(HubShards all, std::shared_ptr<InstanceLink> instances) {
  const std::lock_guard lock(mutex_);
  all_ = std::move(all);
  instances_ = std::move(instances);
  ReserveLocked();
}

template <typename Work>
bool HubShard::Own(Patience patience, Work work) {
  Aftermath aftermath;
  {
    const std::unique_lock lock =
        patience == Patience::kLittle ? LookForAMoment(mutex_) : std::unique_lock(mutex_);
    if (!lock.owns_lock()) return false;
    if (stopped_) return true;
    ReadLettersLocked(aftermath);
    work(aftermath);
    CollectLocked(aftermath);
  }
  Settle(std::move(aftermath));
  return true;
}

template <typename... Parameters, typename... Arguments>
void HubShard::Do(void (HubShard::*work)(Aftermath&, Parameters...), const Arguments&... arguments) {
  if (Own(Patience::kLittle, [&](Aftermath& aftermath) { (this->*work)(aftermath, arguments...); })) return;
  if (!Leave(
          Command([work, kept = std::make_tuple(Keep(arguments)...)](HubShard& shard, Aftermath& aftermath) {
            std::apply([&](const auto&... each) { (shard.*work)(aftermath, each...); }, kept);
          }))) {
    Own(Patience::kAsLongAsItTakes, [&](Aftermath& aftermath) { (this->*work)(aftermath, arguments...); });
    return;
  }
  ReadLetters();
}

template <typename Question>
bool HubShard::AskOrWake(ConnectionId connection, Question question) {
  if (Own(Patience::kLittle, [&](Aftermath&) { question(); })) return true;
  Do(&HubShard::WakeLocked, connection);
  return false;
}

HubShard::ConnectionId HubShard::Connect(std::string_view user_id,
                                         const PresenceTable::ConnectionOptions& options,
                                         std::span<const std::string> friends,
                                         std::shared_ptr<PresenceHost> host, HostTag tag) {
  ConnectionId connection;
  const auto connect = [&](Aftermath& aftermath) {
    connection = table_.Reserve();
    ConnectLocked(aftermath, connection, user_id, options, friends, Host{std::move(host), tag});
  };
  if (Own(Patience::kLittle, connect)) return connection;
  if (const auto reserved = TakeReserved()) {
    Do(&HubShard::ConnectLocked, *reserved, user_id, options, friends, Host{std::move(host), tag});
    return *reserved;
  }
  Own(Patience::kAsLongAsItTakes, connect);
  return connection;
}

void HubShard::ConnectLocked(Aftermath& aftermath, ConnectionId reserved, std::string_view user_id,
                             const PresenceTable::ConnectionOptions& options,
                             std::span<const std::string> friends, Host host) {
  Status made = table_.Connect(clock_.Now(), reserved, user_id, options, friends);
  if (!made.ok()) {
    aftermath.finish.emplace_back(std::move(host), std::move(made));
    return;
  }
  FinishEvictedLocked(aftermath);
  if (hosts_.size() <= reserved.slot) hosts_.resize(reserved.slot + std::size_t{1});
  hosts_[reserved.slot] = std::move(host);
  ReserveLocked();
}

/// At once after what may evict, as their slots may be the next to be reserved.
void HubShard::FinishEvictedLocked(Aftermath& aftermath) {
  for (const ConnectionId evicted : table_.TakeEvicted()) {
    aftermath.finish.emplace_back(
        std::move(hosts_[evicted.slot]),
        WithReason(MakeStatus(StatusCode::kPermissionDenied,
                              "this user has signed in with a token; connect with a token too"),
                   "USER_HELD_BY_TOKEN"));
  }
}

void HubShard::RequireUser(ConnectionId connection, std::string_view user_id) {
  Do(&HubShard::RequireUserLocked, connection, user_id);
}

void HubShard::RequireUserLocked(Aftermath& aftermath, ConnectionId connection, std::string_view user_id) {
  if (!table_.IsLive(connection) || table_.UserOf(connection) == user_id) return;
  EndLocked(aftermath, connection,
            InvalidField("user_id", "is not the one this connection began with; open another connection"));
}

/// At once, so that nothing it says of friends it was refused is taken for the truth.
void HubShard::EndLocked(Aftermath& aftermath, ConnectionId connection, Status why) {
  aftermath.finish.emplace_back(TakeHostLocked(connection), std::move(why));
  table_.Close(clock_.Now(), connection);
}

void HubShard::SetFriends(ConnectionId connection, std::span<const std::string> friends) {
  Do(&HubShard::SetFriendsLocked, connection, friends);
}

void HubShard::SetFriendsLocked(Aftermath& aftermath, ConnectionId connection,
                                std::span<const std::string> friends) {
  const Status status = table_.SetFriends(connection, friends);
  // kNotFound: it was ended before, and its host heard of that.
  if (status.ok() || status.code() == StatusCode::kNotFound) return;
  EndLocked(aftermath, connection, status);
}

void HubShard::SetStatus(ConnectionId connection, const PresenceStatus& status) {
  Do(&HubShard::SetStatusLocked, connection, status);
}

void HubShard::SetStatusLocked(Aftermath&, ConnectionId connection, const PresenceStatus& status) {
  // An error: it was ended before, and its host heard of that.
  table_.SetStatus(connection, status).IgnoreError();
}

void HubShard::SignOff(ConnectionId connection) { Do(&HubShard::SignOffLocked, connection); }

void HubShard::SignOffLocked(Aftermath& aftermath, ConnectionId connection) {
  aftermath.dropped.push_back(TakeHostLocked(connection));
  table_.SignOff(clock_.Now(), connection);
}

void HubShard::Close(ConnectionId connection) { Do(&HubShard::CloseLocked, connection); }

void HubShard::CloseLocked(Aftermath& aftermath, ConnectionId connection) {
  aftermath.dropped.push_back(TakeHostLocked(connection));
  table_.Close(clock_.Now(), connection);
}

HubShard::Host HubShard::TakeHostLocked(ConnectionId connection) {
  // A stale id's slot may belong to somebody else by now.
  return table_.IsLive(connection) ? std::move(hosts_[connection.slot]) : Host{};
}

void HubShard::AdvanceLocked(Aftermath&) {
  timer_at_ = kNever;
  table_.Advance(clock_.Now());
}

void HubShard::WakeLocked(Aftermath& aftermath, ConnectionId connection) {
  if (table_.IsLive(connection)) aftermath.wake.push_back(hosts_[connection.slot]);
}

std::optional<PresenceUpdate> HubShard::NextUpdate(ConnectionId connection) {
  std::optional<PresenceUpdate> update;
  AskOrWake(connection, [&] { update = table_.NextUpdate(connection); });
  return update;
}

bool HubShard::IsCaughtUp(ConnectionId connection) {
  bool is_caught_up = false;
  AskOrWake(connection, [&] { is_caught_up = table_.IsCaughtUp(connection); });
  return is_caught_up;
}

PresenceUpdate HubShard::StateOf(std::string_view user_id) {
  PresenceUpdate update;
  Own(Patience::kAsLongAsItTakes, [&](Aftermath&) { update = table_.StateOf(user_id); });
  return update;
}

bool HubShard::IsOnline(std::string_view user_id) {
  bool is_online = false;
  Own(Patience::kAsLongAsItTakes, [&](Aftermath&) { is_online = table_.IsOnline(user_id); });
  return is_online;
}

PresenceTable::Counts HubShard::counts() {
  PresenceTable::Counts counts;
  Own(Patience::kAsLongAsItTakes, [&](Aftermath&) { counts = table_.counts(); });
  return counts;
}

std::optional<HubShard::ConnectionId> HubShard::TakeReserved() {
  const std::lock_guard lock(letters_mutex_);
  if (reserved_.empty()) return std::nullopt;
  const ConnectionId reserved = reserved_.back();
  reserved_.pop_back();
  return reserved;
}

void HubShard::ReserveLocked() {
  const std::lock_guard lock(letters_mutex_);
  while (reserved_.size() < kReserve) reserved_.push_back(table_.Reserve());
}

void HubShard::Post(Letter letter) {
  const std::lock_guard lock(letters_mutex_);
  letters_.push_back(std::move(letter));
  has_letters_ = true;
}

bool HubShard::Leave(Command command) {
  const std::lock_guard lock(letters_mutex_);
  if (commands_ == kMostCommands) return false;
  ++commands_;
  letters_.emplace_back(std::move(command));
  has_letters_ = true;
  return true;
}

bool HubShard::TryRead(Aftermath& aftermath) {
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock.owns_lock()) return false;  // Who owns it looks here on leaving.
  ReadLettersLocked(aftermath);
  if (!stopped_) CollectLocked(aftermath);
  return true;
}

void HubShard::ReadLetters() { Settle({}); }

/// Letters first, of this shard and of those written to: to wake very many takes a while.
void HubShard::Settle(Aftermath aftermath) {
  const bool told_instances = aftermath.told_instances;
  if (!has_letters_ && aftermath.written_to.empty()) {
    Tell(aftermath);
    if (told_instances) instances_->Run();
    return;
  }
  HubShards unread = std::exchange(aftermath.written_to, {});
  unread.push_back(shared_from_this());
  std::vector<Aftermath> untold;
  untold.push_back(std::move(aftermath));
  for (int readings = 0; !unread.empty();) {
    const std::shared_ptr<HubShard> shard = std::move(unread.back());
    unread.pop_back();
    Aftermath read;
    if (!shard->has_letters_) continue;
    if (readings++ >= kMostReadings) {
      shard->ReadLettersLater();
    } else if (shard->TryRead(read)) {
      unread.push_back(shard);
      unread.insert(unread.end(), read.written_to.begin(), read.written_to.end());
      untold.push_back(std::move(read));
    }
  }
  for (const Aftermath& each : untold) Tell(each);
  if (instances_ != nullptr) instances_->Run();
}

void HubShard::ReadLettersLater() {
  executor_.Post([weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->ReadLetters();
  });
}

void HubShard::ReadLettersLocked(Aftermath& aftermath) {
  if (!has_letters_) return;
  std::vector<Letter> letters;
  {
    const std::lock_guard lock(letters_mutex_);
    letters.swap(letters_);
    commands_ = 0;
    has_letters_ = false;
  }
  if (stopped_) return;
  for (const Letter& letter : letters) ReadLetterLocked(aftermath, letter);
}

void HubShard::ReadLetterLocked(Aftermath& aftermath, const Letter& letter) {
  if (const auto* command = std::get_if<Command>(&letter)) return (*command)(*this, aftermath);
  if (const auto* update = std::get_if<PresenceUpdate>(&letter)) return table_.Import(*update);
  if (const auto* farewell = std::get_if<PresenceTable::Farewell>(&letter)) return table_.Hear(*farewell);
  if (const auto* ask = std::get_if<Ask>(&letter)) {
    return table_.Follow(ask->follower, ask->interest.user_id, ask->interest.wanted);
  }
  const auto& content = std::get<TableLetter::Content>(letter);
  Apply(content, table_);
  FinishEvictedLocked(aftermath);
  if (const auto* again = std::get_if<TableLetter::RegisterAgain>(&content)) {
    registered_again_.push_back(again->round);
  }
}

void HubShard::CollectLocked(Aftermath& aftermath) {
  for (const ConnectionId ready : table_.TakeReady()) aftermath.wake.push_back(hosts_[ready.slot]);
  if (all_.size() > 1) WriteLettersLocked(aftermath);
  if (instances_ != nullptr) TellInstancesLocked(aftermath);
  ArmTimerLocked();
}

// Under the lock too, so that what was registered later is told later.
void HubShard::TellInstancesLocked(Aftermath& aftermath) {
  instances_->Tell(table_.TakeNeeds(), table_.TakeRegistrations(), table_.TakeFarewellsAbroad());
  for (const std::uint64_t round : std::exchange(registered_again_, {})) {
    instances_->OnRegisteredAgain(round);
  }
  aftermath.told_instances = true;
}

// Under the lock, so that letters of one shard to another arrive in the order in which they were meant.
void HubShard::WriteLettersLocked(Aftermath& aftermath) {
  const auto write = [&](std::size_t to, Letter letter) {
    all_[to]->Post(std::move(letter));
    if (aftermath.written_to.empty() || aftermath.written_to.back() != all_[to]) {
      aftermath.written_to.push_back(all_[to]);
    }
  };
  // Before the departed is no longer followed for it: then the home would not know any more where they are.
  for (PresenceTable::Farewell& farewell : table_.TakeFarewells()) {
    const std::size_t home = HomeOf(farewell.listed, all_.size());
    write(home, std::move(farewell));
  }
  for (PresenceTable::Interest& interest : table_.TakeInterests()) {
    const std::size_t home = HomeOf(interest.user_id, all_.size());
    write(home, Ask{index_, std::move(interest)});
  }
  for (const PresenceTable::Export& shown : table_.TakeExports()) {
    for (std::size_t to = 0; to < all_.size(); ++to) {
      if ((shown.followers >> to & 1) != 0) write(to, shown.update);
    }
  }
}

void HubShard::ArmTimerLocked() {
  const TimePoint deadline = table_.NextDeadline();
  if (deadline >= timer_at_) return;  // One that fires too early looks again.
  timer_at_ = deadline;
  timer_ = ScopedTimer(executor_, deadline, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->Do(&HubShard::AdvanceLocked);
  });
}

void HubShard::Tell(const Aftermath& aftermath) {
  for (const auto& [connection, status] : aftermath.finish) connection.host->Finish(connection.tag, status);
  const bool many = aftermath.wake.size() > kMany;
  for (const auto& [host, tag] : aftermath.wake) many ? host->WakeOneOfMany(tag) : host->Wake(tag);
}

void HubShard::Stop() {
  std::deque<Host> dropped;
  HubShards all;
  ScopedTimer timer;
  std::vector<Letter> letters;
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  {
    const std::lock_guard letters_lock(letters_mutex_);
    letters.swap(letters_);
  }
  dropped.swap(hosts_);
  all.swap(all_);
  timer = std::move(timer_);
}

}  // namespace oofgg::presence
