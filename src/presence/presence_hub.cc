#include "presence/presence_hub.h"

#include <algorithm>
#include <utility>

#include "presence/instances/sent_elsewhere.h"

namespace oofgg::presence {
namespace {

std::uint64_t MicrosecondsOfUtc(const Clock& clock) {
  const auto since_epoch = clock.WallNow().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count());
}

PresenceTable::Options TableOptions(const Clock& clock, PresenceTable::Options options, bool shared) {
  if (options.first_version == 0) options.first_version = MicrosecondsOfUtc(clock);
  if (shared) options.stamp = [&clock] { return MicrosecondsOfUtc(clock); };
  return options;
}

}  // namespace

PresenceConnection::PresenceConnection(PresenceConnection&& other) noexcept
    : shard_(std::move(other.shard_)), id_(std::exchange(other.id_, {})) {}

PresenceConnection& PresenceConnection::operator=(PresenceConnection&& other) noexcept {
  if (this != &other) {
    Close();
    shard_ = std::move(other.shard_);
    id_ = std::exchange(other.id_, {});
  }
  return *this;
}

void PresenceConnection::RequireUser(std::string_view user_id) {
  if (shard_ != nullptr) shard_->RequireUser(id_, user_id);
}

void PresenceConnection::SetFriends(std::span<const std::string> friends) {
  if (shard_ != nullptr) shard_->SetFriends(id_, friends);
}

void PresenceConnection::SetStatus(const PresenceStatus& status) {
  if (shard_ != nullptr) shard_->SetStatus(id_, status);
}

void PresenceConnection::SignOff() {
  if (const auto shard = std::exchange(shard_, nullptr)) shard->SignOff(std::exchange(id_, {}));
}

void PresenceConnection::Close() {
  if (const auto shard = std::exchange(shard_, nullptr)) shard->Close(std::exchange(id_, {}));
}

std::optional<PresenceUpdate> PresenceConnection::NextUpdate() {
  return shard_ == nullptr ? std::nullopt : shard_->NextUpdate(id_);
}

bool PresenceConnection::is_caught_up() const { return shard_ == nullptr || shard_->IsCaughtUp(id_); }

PresenceHub::PresenceHub(const Clock& clock, Executor& executor, PresenceHubOptions options)
    : grace_(options.grace) {
  const unsigned count = std::clamp(options.shards, 1U, PresenceTable::kMaxFollowers);
  const bool shared = options.instance_bus != nullptr;
  PresenceTable::Options table = TableOptions(clock, std::move(options.table), shared);
  table.max_friendships = (table.max_friendships + count - 1) / count;
  for (unsigned index = 0; index < count; ++index) {
    if (count > 1) {
      table.is_home = [index, count](std::string_view user) { return HomeOf(user, count) == index; };
    }
    shards_.push_back(std::make_shared<HubShard>(clock, executor, table, index));
  }
  if (shared) instances_ = std::make_shared<InstanceLink>(clock, executor, RandomSource::System());
  for (const auto& shard : shards_) shard->Meet(shards_, instances_);
  if (shared) instances_->Start(shards_, options.instance_bus, std::move(options.instances));
}

PresenceHub::~PresenceHub() {
  if (instances_ != nullptr) instances_->Stop();
  for (const auto& shard : shards_) shard->Stop();
}

const std::shared_ptr<HubShard>& PresenceHub::HomeOfUser(std::string_view user_id) const {
  return shards_[HomeOf(user_id, shards_.size())];
}

std::pair<HubShard&, PresenceHub::ConnectionId> PresenceHub::Find(ConnectionId connection) const {
  const auto count = static_cast<std::uint32_t>(shards_.size());
  return {*shards_[connection.slot % count], {connection.slot / count, connection.generation}};
}

PresenceConnection PresenceHub::Connect(std::string_view user_id,
                                        const PresenceTable::ConnectionOptions& options,
                                        std::span<const std::string> friends,
                                        std::shared_ptr<PresenceHost> host, HostTag tag) {
  const auto& shard = HomeOfUser(user_id);
  return {shard, shard->Connect(user_id, options, friends, std::move(host), tag)};
}

PresenceHub::ConnectionId PresenceHub::Open(std::string_view user_id,
                                            const PresenceTable::ConnectionOptions& options,
                                            std::span<const std::string> friends,
                                            std::shared_ptr<PresenceHost> host, HostTag tag) {
  const std::size_t home = HomeOf(user_id, shards_.size());
  ConnectionId connection = shards_[home]->Connect(user_id, options, friends, std::move(host), tag);
  connection.slot = static_cast<std::uint32_t>(connection.slot * shards_.size() + home);
  return connection;
}

void PresenceHub::RequireUser(ConnectionId connection, std::string_view user_id) {
  const auto [shard, id] = Find(connection);
  shard.RequireUser(id, user_id);
}

void PresenceHub::SetFriends(ConnectionId connection, std::span<const std::string> friends) {
  const auto [shard, id] = Find(connection);
  shard.SetFriends(id, friends);
}

void PresenceHub::SetStatus(ConnectionId connection, const PresenceStatus& status) {
  const auto [shard, id] = Find(connection);
  shard.SetStatus(id, status);
}

void PresenceHub::SignOff(ConnectionId connection) {
  const auto [shard, id] = Find(connection);
  shard.SignOff(id);
}

void PresenceHub::Close(ConnectionId connection) {
  const auto [shard, id] = Find(connection);
  shard.Close(id);
}

std::optional<PresenceUpdate> PresenceHub::NextUpdate(ConnectionId connection) {
  const auto [shard, id] = Find(connection);
  return shard.NextUpdate(id);
}

bool PresenceHub::IsCaughtUp(ConnectionId connection) const {
  const auto [shard, id] = Find(connection);
  return shard.IsCaughtUp(id);
}

PresenceUpdate PresenceHub::StateOf(std::string_view user_id) const {
  return HomeOfUser(user_id)->StateOf(user_id);
}

bool PresenceHub::IsOnline(std::string_view user_id) const { return HomeOfUser(user_id)->IsOnline(user_id); }

Status PresenceHub::LeaveInstances(TimePoint deadline) {
  return instances_ == nullptr ? absl::OkStatus() : instances_->Leave(grace_, deadline);
}

Status PresenceHub::CheckLoad() const {
  if (instances_ == nullptr) return absl::OkStatus();
  const auto lighter = instances_->Lighter();
  return lighter.has_value() ? SentElsewhere(*lighter) : absl::OkStatus();
}

Status PresenceHub::SendOn(Status otherwise) const {
  if (instances_ == nullptr) return otherwise;
  const auto next = instances_->Next();
  return next.has_value() ? SentElsewhere(*next) : otherwise;
}

bool PresenceHub::IsBehind() const { return instances_ != nullptr && instances_->IsBehind(); }

PresenceTable::Counts PresenceHub::counts() const {
  PresenceTable::Counts sum;
  for (const auto& shard : shards_) {
    const PresenceTable::Counts counts = shard->counts();
    sum.users += counts.users;
    sum.online += counts.online;
    sum.connections += counts.connections;
    sum.friendships += counts.friendships;
  }
  return sum;
}

}  // namespace oofgg::presence
