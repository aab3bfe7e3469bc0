#include "presence/presence_hub.h"

#include <utility>

#include "presence/hub_shard.h"

namespace oofgg::presence {
namespace {

PresenceTable::Options TableOptions(const Clock& clock, PresenceTable::Options options) {
  if (options.first_version == 0) {
    const auto since_epoch = clock.WallNow().time_since_epoch();
    options.first_version = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count());
  }
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

std::string PresenceConnection::user_id() const {
  return shard_ == nullptr ? std::string() : shard_->UserOf(id_);
}

PresenceHub::PresenceHub(const Clock& clock, Executor& executor, PresenceHubOptions options)
    : grace_(options.grace),
      shard_(std::make_shared<HubShard>(clock, executor, TableOptions(clock, options.table))) {}

PresenceHub::~PresenceHub() { shard_->Stop(); }

PresenceConnection PresenceHub::Connect(std::string_view user_id,
                                        const PresenceTable::ConnectionOptions& options,
                                        std::span<const std::string> friends,
                                        std::shared_ptr<PresenceHost> host, HostTag tag) {
  return {shard_, shard_->Connect(user_id, options, friends, std::move(host), tag)};
}

PresenceHub::ConnectionId PresenceHub::Open(std::string_view user_id,
                                            const PresenceTable::ConnectionOptions& options,
                                            std::span<const std::string> friends,
                                            std::shared_ptr<PresenceHost> host, HostTag tag) {
  return shard_->Connect(user_id, options, friends, std::move(host), tag);
}

void PresenceHub::SetFriends(ConnectionId connection, std::span<const std::string> friends) {
  shard_->SetFriends(connection, friends);
}

void PresenceHub::SetStatus(ConnectionId connection, const PresenceStatus& status) {
  shard_->SetStatus(connection, status);
}

void PresenceHub::SignOff(ConnectionId connection) { shard_->SignOff(connection); }

void PresenceHub::Close(ConnectionId connection) { shard_->Close(connection); }

std::optional<PresenceUpdate> PresenceHub::NextUpdate(ConnectionId connection) {
  return shard_->NextUpdate(connection);
}

std::string PresenceHub::UserOf(ConnectionId connection) const { return shard_->UserOf(connection); }

PresenceUpdate PresenceHub::StateOf(std::string_view user_id) const { return shard_->StateOf(user_id); }

bool PresenceHub::IsOnline(std::string_view user_id) const { return shard_->IsOnline(user_id); }

PresenceTable::Counts PresenceHub::counts() const { return shard_->counts(); }

}  // namespace oofgg::presence
