#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>

#include "backends/docker/container.h"
#include "oofgg/log.h"

namespace oofgg::backends {

/// Tells what this maker made on an engine from what others made there
/// (docs/decisions/0059-owners-of-containers.md). Threads: not safe.
class Ownership {
 public:
  /// `owner` empty: whatever any maker made is ours.
  explicit Ownership(std::string owner) : owner_(std::move(owner)) {}

  /// A label of all that is ours.
  [[nodiscard]] std::string Label() const {
    return owner_.empty() ? std::string(kMakerLabel) + "=1" : std::string(kOwnerLabel) + "=" + owner_;
  }

  /// Whether what has these labels is ours. What an older version made has no owner: it is left alone, and
  /// said once.
  [[nodiscard]] bool Has(const std::map<std::string, std::string>& labels) {
    if (owner_.empty()) return true;
    const auto owner = labels.find(kOwnerLabel);
    if (owner != labels.end()) return owner->second == owner_;
    const auto server = labels.find(kServerLabel);
    if (server != labels.end() && said_.insert(server->second).second) {
      Log(LogLevel::kWarning, "backends",
          "leaves the game server " + server->second +
              " alone: an older version started it, and did not write down for which maker; remove it when "
              "nobody plays there any more");
    }
    return false;
  }

 private:
  const std::string owner_;
  std::set<std::string> said_;
};

}  // namespace oofgg::backends
