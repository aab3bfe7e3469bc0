#include "matchmaking/ticket_book.h"

namespace oofgg::matchmaking {

TicketEntry& TicketBook::Add(TicketEntry entry) {
  auto owned = std::make_unique<TicketEntry>(std::move(entry));
  TicketEntry& added = *owned;
  by_id_.emplace(added.record.id(), std::move(owned));
  for (const std::string& player : added.record.request().players) live_by_player_.emplace(player, &added);
  if (!added.idempotency_key.empty()) by_key_[{added.creator, added.idempotency_key}] = &added;
  return added;
}

TicketEntry* TicketBook::Find(std::string_view id) const {
  const auto it = by_id_.find(id);
  return it == by_id_.end() ? nullptr : it->second.get();
}

TicketEntry* TicketBook::FindLiveOf(std::string_view player) const {
  const auto it = live_by_player_.find(player);
  return it == live_by_player_.end() ? nullptr : it->second;
}

TicketEntry* TicketBook::FindByKey(const std::string& creator, const std::string& idempotency_key) const {
  if (idempotency_key.empty()) return nullptr;
  const auto it = by_key_.find({creator, idempotency_key});
  return it == by_key_.end() ? nullptr : it->second;
}

std::optional<std::string> TicketBook::Retire(const TicketEntry& entry) {
  for (const std::string& player : entry.record.request().players) live_by_player_.erase(player);
  final_.push_back(entry.record.id());
  ++final_count_;
  while (!final_.empty() && Find(final_.front()) == nullptr) final_.pop_front();
  if (final_count_ <= max_final_) return std::nullopt;
  std::string oldest = std::move(final_.front());
  final_.pop_front();
  Forget(oldest);
  return oldest;
}

void TicketBook::Forget(const std::string& id) {
  const auto it = by_id_.find(id);
  if (it == by_id_.end()) return;
  const TicketEntry& entry = *it->second;
  by_key_.erase({entry.creator, entry.idempotency_key});
  by_id_.erase(it);
  --final_count_;
}

}  // namespace oofgg::matchmaking
