#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "oofgg/clock.h"

namespace oofgg::auth {

/// The sessions that ended before their access tokens did, as a server knows them: an entry is kept as long
/// as a token of its session could be valid, and costs some 150 bytes. Threads: safe; any number look up at
/// once.
class RevocationList {
 public:
  /// `clock` must outlive the list.
  explicit RevocationList(const Clock& clock) : clock_(&clock) {}

  /// Again extends it at most.
  void Add(std::string_view session_id, WallTime until);

  [[nodiscard]] bool Contains(std::string_view session_id) const;

  /// How many entries are kept.
  [[nodiscard]] std::size_t size() const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };

  void ForgetExpired(WallTime now);

  const Clock* clock_;
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, WallTime, Hash, std::equal_to<>> until_;
  std::multimap<WallTime, std::string> by_end_;
};

}  // namespace oofgg::auth
