#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <iterator>
#include <vector>

namespace oofgg::net {

enum class WakeTurn : std::uint8_t {
  kNext,        ///< As soon as those before it have had theirs.
  kAfterOthers  ///< One among the many who follow a celebrity, for whom all others would wait.
};

/// Who has something to hear. They are served in turns of bounded length, so that they do not hold up what
/// else is to be done where that happens, and of the many few at a time. Threads: not safe; one lock around
/// it.
template <typename Item>
class WakeQueue {
 public:
  static constexpr std::size_t kMostNext = 64;
  static constexpr std::size_t kMostAfterOthers = 4;

  /// True if nobody was waiting: a turn has to be asked for.
  [[nodiscard]] bool Push(Item item, WakeTurn turn) {
    const bool is_first = empty();
    (turn == WakeTurn::kNext ? next_ : after_others_).push_back(std::move(item));
    return is_first;
  }

  /// Who is served in this turn. If it leaves some, another has to be asked for.
  [[nodiscard]] std::vector<Item> TakeTurn() {
    std::vector<Item> turn;
    Move(next_, kMostNext, turn);
    Move(after_others_, kMostAfterOthers, turn);
    return turn;
  }

  [[nodiscard]] bool empty() const { return next_.empty() && after_others_.empty(); }

 private:
  static void Move(std::deque<Item>& from, std::size_t most, std::vector<Item>& to) {
    const auto end = from.begin() + static_cast<std::ptrdiff_t>(std::min(from.size(), most));
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(end));
    from.erase(from.begin(), end);
  }

  std::deque<Item> next_;
  std::deque<Item> after_others_;
};

}  // namespace oofgg::net
