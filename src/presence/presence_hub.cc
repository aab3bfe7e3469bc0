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
                                        std::shared_ptr<StreamHost> host) {
  return {shard_, shard_->Connect(user_id, options, friends, std::move(host))};
}

PresenceUpdate PresenceHub::StateOf(std::string_view user_id) const { return shard_->StateOf(user_id); }

PresenceTable::Counts PresenceHub::counts() const { return shard_->counts(); }

}  // namespace oofgg::presence
