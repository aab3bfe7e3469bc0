#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "game/attendance_board.h"

namespace oofgg::game {

/// Brings an instance's words to the board without anybody waiting: of each player the last one, many at
/// once, one batch on its way at a time, so that they arrive in order. What could not be told waits for
/// `Resume`. Threads: safe. Lifetime: shared, as an answer may come late; after `Stop` the board is left
/// alone.
class AttendanceTeller : public std::enable_shared_from_this<AttendanceTeller> {
 public:
  explicit AttendanceTeller(AttendanceBoard& board) : board_(board) {}

  void Say(AttendanceBoard::Word word);
  /// Tries again what failed.
  void Resume();
  /// Waits for calls of the board that are under way.
  void Stop();

 private:
  using Who = std::pair<std::string, std::string>;  // Session and player.

  void Send();
  [[nodiscard]] std::vector<AttendanceBoard::Word> TakeBatchLocked();
  void OnTold(std::vector<AttendanceBoard::Word> words, const Status& told);

  AttendanceBoard& board_;
  std::mutex mutex_;
  std::condition_variable idle_;
  // Guarded by mutex_.
  std::map<Who, AttendanceBoard::Where> waiting_;
  bool on_its_way_ = false;
  bool failed_ = false;  // The last batch, so that the next one waits as well.
  bool stopped_ = false;
  int calls_ = 0;  // Of the board, that have not returned.
};

}  // namespace oofgg::game
