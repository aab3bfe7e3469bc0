#include "oofgg/presence/presence_table.h"

#include <utility>

#include "presence/table_impl.h"

namespace oofgg {

PresenceTable::PresenceTable(Options options) : impl_(std::make_unique<Impl>(std::move(options))) {}
PresenceTable::~PresenceTable() = default;
PresenceTable::PresenceTable(PresenceTable&&) noexcept = default;
PresenceTable& PresenceTable::operator=(PresenceTable&&) noexcept = default;

StatusOr<PresenceTable::ConnectionId> PresenceTable::Connect(TimePoint now, std::string_view user_id,
                                                             const ConnectionOptions& options,
                                                             std::span<const std::string> friends) {
  const ConnectionId connection = impl_->Reserve();
  OOFGG_RETURN_IF_ERROR(impl_->Connect(now, connection, user_id, options, friends));
  return connection;
}

PresenceTable::ConnectionId PresenceTable::Reserve() { return impl_->Reserve(); }

Status PresenceTable::Connect(TimePoint now, ConnectionId reserved, std::string_view user_id,
                              const ConnectionOptions& options, std::span<const std::string> friends) {
  return impl_->Connect(now, reserved, user_id, options, friends);
}

Status PresenceTable::SetFriends(ConnectionId connection, std::span<const std::string> friends) {
  return impl_->SetFriends(connection, friends);
}

Status PresenceTable::SetStatus(ConnectionId connection, const PresenceStatus& status) {
  return impl_->SetStatus(connection, status);
}

void PresenceTable::SignOff(TimePoint now, ConnectionId connection) {
  impl_->End(now, connection, /*lost=*/false);
}

void PresenceTable::Close(TimePoint now, ConnectionId connection) {
  impl_->End(now, connection, /*lost=*/true);
}

std::optional<PresenceUpdate> PresenceTable::NextUpdate(ConnectionId connection) {
  return impl_->NextUpdate(connection);
}

std::vector<PresenceTable::ConnectionId> PresenceTable::TakeReady() { return impl_->TakeReady(); }

std::vector<PresenceTable::ConnectionId> PresenceTable::TakeEvicted() { return impl_->TakeEvicted(); }

TimePoint PresenceTable::NextDeadline() const { return impl_->NextDeadline(); }

void PresenceTable::Advance(TimePoint now) { impl_->Advance(now); }

PresenceUpdate PresenceTable::StateOf(std::string_view user_id) const { return impl_->StateOf(user_id); }

bool PresenceTable::IsOnline(std::string_view user_id) const { return impl_->IsOnline(user_id); }

bool PresenceTable::IsLive(ConnectionId connection) const { return impl_->IsLive(connection); }

std::string PresenceTable::UserOf(ConnectionId connection) const { return impl_->UserOf(connection); }

PresenceTable::Counts PresenceTable::counts() const { return impl_->counts(); }

bool PresenceTable::IsCaughtUp(ConnectionId connection) const { return impl_->IsCaughtUp(connection); }

std::vector<PresenceTable::Interest> PresenceTable::TakeInterests() { return impl_->TakeInterests(); }

std::vector<PresenceTable::Export> PresenceTable::TakeExports() { return impl_->TakeExports(); }

std::vector<PresenceTable::Farewell> PresenceTable::TakeFarewells() { return impl_->TakeFarewells(); }

void PresenceTable::Follow(unsigned follower, std::string_view user_id, bool wanted) {
  impl_->Follow(follower, user_id, wanted);
}

void PresenceTable::Import(const PresenceUpdate& update) { impl_->Import(update); }

void PresenceTable::Hear(const Farewell& farewell) { impl_->Hear(farewell); }

std::vector<PresenceTable::Need> PresenceTable::TakeNeeds() { return impl_->TakeNeeds(); }

std::vector<PresenceTable::Registration> PresenceTable::TakeRegistrations() {
  return impl_->TakeRegistrations();
}

std::vector<PresenceTable::FarewellAbroad> PresenceTable::TakeFarewellsAbroad() {
  return impl_->TakeFarewellsAbroad();
}

void PresenceTable::AskAgain() { impl_->AskAgain(); }

void PresenceTable::RegisterAgain() { impl_->RegisterAgain(); }

void PresenceTable::ImportRegistration(const Located& located) { impl_->ImportRegistration(located); }

void PresenceTable::Answer(std::string_view user_id, std::span<const Located> found,
                           const std::vector<bool>& complete) {
  impl_->Answer(user_id, found, complete);
}

void PresenceTable::Forget(Origin origin) { impl_->Forget(origin); }

void PresenceTable::HearFromAbroad(const Farewell& farewell) { impl_->HearFromAbroad(farewell); }

}  // namespace oofgg
