#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <queue>
#include <unordered_map>
#include <utility>
#include <vector>

#include "servers/cli/load/links.h"

namespace oofgg::load {

/// Users of one worker who lost their connection and are to come back, each at its own time.
class Returns {
 public:
  using Local = std::uint32_t;
  struct Parted {
    Nanos lost_at = 0;
    std::uint32_t server = 0;  ///< Where to.
    bool was_online = false;   ///< Then they had beliefs, which went stale meanwhile.
  };

  /// Replaces what was said of them before.
  void Add(Local local, const Parted& parted, Nanos due);
  /// One whose time has come.
  [[nodiscard]] std::optional<Local> TakeDue(Nanos now);
  [[nodiscard]] Nanos next_due() const { return due_.empty() ? kNeverDue : due_.top().first; }

  /// Until `Forget`, hence also of those who are on their way back; null for all others.
  [[nodiscard]] const Parted* Find(Local local) const;
  void Forget(Local local) { parted_.erase(local); }
  [[nodiscard]] std::size_t size() const { return parted_.size(); }

 private:
  using Due = std::pair<Nanos, Local>;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
  std::unordered_map<Local, Parted> parted_;
};

/// The next server after `last`, going round, whose bit is set in `up`; `last` if no other is.
[[nodiscard]] std::uint32_t NextServer(std::uint64_t up, std::uint32_t last, std::uint32_t servers);

/// Which of the plan's servers HOST:PORT is.
[[nodiscard]] std::optional<std::uint32_t> FindServer(const LinkPlan& plan, const std::string& address);

}  // namespace oofgg::load
