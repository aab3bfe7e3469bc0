#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "matchmaking/ticket.h"
#include "oofgg/stream.h"

namespace oofgg::matchmaking {

/// One open stream on a ticket.
struct TicketWatcher {
  std::uint64_t id = 0;
  std::string player;
  std::shared_ptr<StreamHost> host;
};

/// A ticket, and who looks at it.
struct TicketEntry {
  TicketRecord record;
  std::string creator;
  std::string idempotency_key = {};
  std::vector<TicketWatcher> watchers = {};
};

/// All tickets, by what they are looked up by. A player is in one live ticket at most, over all games; a
/// final one is kept for a while for those who ask late, and as the answer to a repeated request.
/// Threads: its owner's lock.
class TicketBook {
 public:
  /// So that what one change ends is still there when that change is answered.
  static constexpr std::size_t kMinFinal = 1000;

  /// Keeps at most `max_final` final tickets, or `kMinFinal` if that is more; the oldest go first.
  explicit TicketBook(std::size_t max_final) : max_final_(std::max(max_final, kMinFinal)) {}

  /// Adds a live ticket, none of whose players is in another.
  TicketEntry& Add(TicketEntry entry);
  [[nodiscard]] TicketEntry* Find(std::string_view id) const;
  [[nodiscard]] TicketEntry* FindLiveOf(std::string_view player) const;
  [[nodiscard]] TicketEntry* FindByKey(const std::string& creator, const std::string& idempotency_key) const;

  /// Lets go of the players of a ticket that became final. Returns the id of a ticket that had to be
  /// forgotten to make room for it.
  std::optional<std::string> Retire(const TicketEntry& entry);
  void Forget(const std::string& id);

  /// How many are not final.
  [[nodiscard]] std::size_t live() const { return by_id_.size() - final_count_; }

  template <typename Visit>
  void ForEach(Visit visit) {
    for (auto& [id, entry] : by_id_) visit(*entry);
  }

 private:
  std::size_t max_final_;
  std::map<std::string, std::unique_ptr<TicketEntry>, std::less<>> by_id_;
  std::map<std::string, TicketEntry*, std::less<>> live_by_player_;
  std::map<std::pair<std::string, std::string>, TicketEntry*> by_key_;
  std::deque<std::string> final_;  // The oldest first; some may be forgotten already.
  std::size_t final_count_ = 0;
};

}  // namespace oofgg::matchmaking
