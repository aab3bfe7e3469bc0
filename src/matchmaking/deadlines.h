#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "oofgg/clock.h"

namespace oofgg::matchmaking {

/// What is to happen when, so that one timer serves all. Of what falls on the same instant, the kinds come
/// in the order of their declaration. Threads: its owner's lock.
class Deadlines {
 public:
  enum class Kind : std::uint8_t {
    kQueue,       ///< A game's next match; `id` is the game's.
    kAllocation,  ///< A match has got no server yet; the match's id.
    kLease,       ///< Nobody watches a waiting ticket any more; the ticket's id.
    kForget,      ///< A final ticket was kept long enough; the ticket's id.
  };
  struct Key {
    Kind kind;
    std::string id;

    friend bool operator<(const Key& a, const Key& b) {
      return std::tie(a.kind, a.id) < std::tie(b.kind, b.id);
    }
  };
  struct Due {
    TimePoint at;
    Key key;

    friend bool operator<(const Due& a, const Due& b) {
      return std::tie(a.at, a.key) < std::tie(b.at, b.key);
    }
  };

  /// Replaces the earlier deadline of that key.
  void Set(Kind kind, const std::string& id, TimePoint at) {
    Clear(kind, id);
    const Key key{kind, id};
    when_.emplace(key, at);
    order_.insert({at, key});
  }

  void Clear(Kind kind, const std::string& id) {
    const auto it = when_.find(Key{kind, id});
    if (it == when_.end()) return;
    order_.erase({it->second, it->first});
    when_.erase(it);
  }

  [[nodiscard]] std::optional<TimePoint> First() const {
    if (order_.empty()) return std::nullopt;
    return order_.begin()->at;
  }

  /// Takes out the first one that `now` has reached.
  std::optional<Due> PopDue(TimePoint now) {
    if (order_.empty() || order_.begin()->at > now) return std::nullopt;
    Due due = std::move(order_.extract(order_.begin()).value());
    when_.erase(due.key);
    return due;
  }

 private:
  std::map<Key, TimePoint> when_;
  std::set<Due> order_;
};

}  // namespace oofgg::matchmaking
